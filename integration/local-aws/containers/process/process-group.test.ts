import assert from "node:assert/strict";
import os from "node:os";
import { startGroup } from "./process-group";

describe("a group of processes", () => {
  for (const [givesWay, lower] of [
    [true, os.constants.priority.PRIORITY_BELOW_NORMAL],
    [undefined, os.getPriority()],
  ] as const)
    it(givesWay ? "gives way, with all that it starts" : "is like others otherwise", async () => {
      let told = "";
      const group = await startGroup(
        "bash",
        ["-c", `sleep 0.2; "${process.execPath}" -p 'os.getPriority()'`],
        {
          cwd: os.tmpdir(),
          environment: {},
          onOutput: (text) => (told += text),
          givesWay,
        },
      );
      assert.deepEqual(await group.ended, { exitCode: 0 });
      assert.equal(told.trim(), String(lower));
    });
});
