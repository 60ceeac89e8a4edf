import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./command";

// Everything is installed: these tests have been started by it.
describe("integration/setup.mjs", function () {
  this.timeout(30_000);
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"))));
  after(() => rmSync(folder, { recursive: true }));

  const run = (program: string, environment: Record<string, string> = {}) => {
    const file = path.join(folder, "program.ts");
    writeFileSync(file, program);
    const setup = path.join(root, "integration", "setup.mjs");
    const { status, stdout } = spawnSync(process.execPath, [setup, path.relative(root, file)], {
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });
    return { status, stdout };
  };

  it("ends as its program does, and as a shell says it where that was killed: 1 would be a verdict", () => {
    assert.equal(run("process.exit(3)").status, 3);
    assert.equal(run(`process.kill(process.pid, "SIGKILL"); setTimeout(() => 0, 10_000)`).status, 137);
  });

  it("hands LocalStack's token on once, and in no environment", () => {
    const program = `
      import { takeToken } from ${JSON.stringify(path.join(root, "integration", "checkout"))};
      const environment = JSON.stringify(process.env);
      console.log(JSON.stringify([takeToken(), takeToken() ?? "none", environment.includes("s3cret")]));`;
    const told = (environment: Record<string, string>) =>
      JSON.parse(run(program, environment).stdout) as unknown;
    assert.deepEqual(told({ LOCALSTACK_AUTH_TOKEN: "s3cret\n" }), ["s3cret", "none", false]);
    // A pipe of whoever started it is none of its own.
    assert.deepEqual(told({ GREENROOM_TOKEN_FD: "0" }), [null, "none", false]);
  });
});
