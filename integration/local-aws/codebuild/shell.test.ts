import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import type { BuildRoom } from "../core/container-runtime";
import { BuildShell } from "./shell";
import { FakeRuntime, roomRequest } from "./testing";

describe("the shell that a build's commands share", () => {
  let room: BuildRoom;
  let output: string;
  beforeEach(async () => {
    room = await new FakeRuntime().openBuildRoom(roomRequest);
    output = "";
  });
  afterEach(() => room.close());

  const shell = (kind: "bash" | "sh", environment: Record<string, string> = {}) =>
    new BuildShell(room, kind, environment, (text) => (output += text), new AbortController().signal);

  for (const kind of ["bash", "sh"] as const) {
    it(`${kind} keeps variables, functions and the working directory`, async () => {
      const it = shell(kind, { GIVEN: "given" });
      await it.run("mkdir sub && cd sub", {});
      await it.run("PLAIN='a \"b\"\n  c'; export SENT=sent; unset GIVEN", {});
      await it.run("greet() { echo hello $1; }", {});
      const { exitCode } = await it.run(
        'pwd; greet "$PLAIN"; printenv SENT; printenv PLAIN GIVEN || echo unset',
        {},
      );
      assert.equal(exitCode, 0);
      const place = realpathSync(room.sourceDirectory.host);
      assert.equal(output, `${place}/sub\nhello a "b" c\nsent\nunset\n`);
    });
  }

  it("takes CodeBuild's own variables anew for each command", async () => {
    const it = shell("sh");
    await it.run("echo $S", { S: "1" });
    await it.run("echo $S", { S: "0" });
    assert.equal(output, "1\n0\n");
  });

  it("gives a command's exit code and goes on from there, also after exit and set -e", async () => {
    const it = shell("sh");
    assert.deepEqual(await it.run("X=1; exit 3", {}), { exitCode: 3 });
    assert.deepEqual(await it.run("set -e\nX=${X}2\nfalse\necho never", {}), { exitCode: 1 });
    assert.deepEqual(await it.run("false; echo $X", {}), { exitCode: 0 });
    assert.equal(output, "12\n");
  });

  it("gives a failure for what is no command and for what is no shell", async () => {
    const it = shell("bash");
    assert.deepEqual(await it.run("no-such-command", {}), { exitCode: 127 });
    assert.deepEqual(await it.run("if then", {}), { exitCode: 2 });
    assert.match(output, /command-0\.sh: line 1: no-such-command: command not found/);
  });

  it("evaluates texts", async () => {
    const it = shell("sh");
    await it.run("VERSION=7", {});
    assert.deepEqual(await it.evaluate(["app-$VERSION", "$(echo a; echo b)", "${NONE-}"]), [
      "app-7",
      "a\nb",
      "",
    ]);
    assert.equal(output, "");
  });
});
