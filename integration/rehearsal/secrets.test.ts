import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readStandIns } from "./secrets";

describe("stand-ins for secrets", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(path.join(os.tmpdir(), "secrets-test-"))));
  afterEach(() => rmSync(root, { recursive: true }));
  const definition = {
    name: "a",
    secrets: { KEY: { secret: "a/key" }, LEVEL: { parameter: "/a/level" } },
  };
  const write = (text: string) => {
    mkdirSync(path.join(root, "services/a/rehearsal"), { recursive: true });
    writeFileSync(path.join(root, "services/a/rehearsal/secrets.ts"), text);
  };

  it("are the values of the service's file, by store and name", () => {
    write(`export default { "a/key": "one", "/a/level": "two" };`);
    assert.deepEqual(readStandIns(root, [definition, { name: "b", secrets: {} }]), [
      { store: "Secrets Manager", name: "a/key", value: "one" },
      { store: "Parameter Store", name: "/a/level", value: "two" },
    ]);
  });

  it("are missed by file, key and fix", () => {
    assert.throws(() => readStandIns(root, [definition]), {
      message: /^services\/a\/rehearsal\/secrets\.ts: "a\/key" has no stand-in, .* as KEY: add "a\/key": "…"/,
    });
    write(`export default { "a/key": "one" };`);
    assert.throws(() => readStandIns(root, [definition]), { message: /"\/a\/level" has no stand-in/ });
  });

  it("are refused when they stand for no secret of the service", () => {
    write(`export default { "a/key": "one", "/a/level": "two", "a/kez": "three" };`);
    assert.throws(() => readStandIns(root, [definition]), {
      message:
        /^services\/a\/rehearsal\/secrets\.ts: "a\/kez" stands for no secret of a: take it out, or name .* services\/a\/service\.ts/,
    });
    write(`export default { "a/key": "one" };`);
    assert.throws(() => readStandIns(root, [{ name: "a", secrets: {} }]), {
      message: /"a\/key" stands for no secret of a/,
    });
  });

  it("are refused when they are no object", () => {
    write(`export default "one";`);
    assert.throws(() => readStandIns(root, [definition]), {
      message: /its default export must be an object/,
    });
  });
});
