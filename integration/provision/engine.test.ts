import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError, EngineStack, type EngineStackOptions } from "./engine";

/** Says how it is called, and fails: at once, or when it is told to end. */
const standIn = (folder: string) => `#!/bin/sh
cd "${folder}"
env > environment-of-$1
nice > niceness
case $1 in
  version) echo v3.258.0; exit ;;
  stack) cat "$OLDPWD"/Pulumi*.yaml > files; exit ;;
esac
trap 'sleep 0.5; : > ended; exit 1' INT TERM
: > begun
while [ -e hang ]; do sleep 0.1; done
echo "error: the stand-in did not $1" >&2
exit 1
`;

// Each of these starts processes that load Pulumi. The engine is a stand-in.
describe("a stack under the engine", function () {
  this.slow(8000);
  const before = { ...process.env };
  let folder: string;
  let options: EngineStackOptions;
  const file = (name: string) => path.join(folder, name);
  const said = (name: string) => readFileSync(file(name), "utf8");

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "greenroom-test-")));
    for (const made of ["bin", "user"]) mkdirSync(file(made));
    writeFileSync(file("bin/pulumi"), standIn(folder));
    chmodSync(file("bin/pulumi"), 0o755);
    Object.assign(process.env, {
      PATH: `${file("bin")}${path.delimiter}${before.PATH}`,
      PULUMI_HOME: file("user"),
      AWS_PROFILE: "mine",
    });
    writeFileSync(
      file("Pulumi.yaml"),
      "{name: demo, runtime: nodejs, main: program.ts, config: {aws:profile: {value: mine}, demo:a: {value: b}}}",
    );
    writeFileSync(file("program.ts"), "");
    options = {
      stack: "prod",
      programFolder: folder,
      endpoint: "http://127.0.0.1:1",
      account: "111111111111",
      stateFolder: file("state"),
      log: () => undefined,
    };
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(folder, { recursive: true });
  });

  const stackFile = (config: string) =>
    writeFileSync(file("Pulumi.prod.yaml"), `{encryptionsalt: v1:salt, config: {${config}}}`);
  const fails = (running: Promise<unknown>) =>
    assert.rejects(running, (error: Error) => {
      assert.ok(error instanceof EngineError, String(error));
      assert.match(error.message, /the stand-in did not up/);
      return true;
    });

  it("has all that the engine writes in its own folder, and nobody's credentials, from the first call on", async () => {
    stackFile("aws:region: us-east-1, aws:secretKey: {secure: mine}");
    await fails(new EngineStack(options).up());
    for (const call of ["version", "up"]) {
      const environment = said(`environment-of-${call}`).split("\n");
      assert.ok(environment.includes(`PULUMI_HOME=${options.stateFolder}/home`), call);
      assert.ok(!environment.some((line) => line.startsWith("AWS_PROFILE=")), call);
    }
    assert.match(said("files"), /aws:region[^]*demo:a/);
    // Without encrypted values, no passphrase is needed either.
    assert.doesNotMatch(said("files"), /mine|encryptionsalt/);
    assert.equal(Number(said("niceness")), os.getPriority());
  });

  it("leaves it to the engine to decrypt configuration", async () => {
    stackFile("demo:key: {secure: v1:abc}");
    await fails(new EngineStack(options).up());
    assert.match(said("files"), /demo:key:\s+secure: v1:abc[^]*encryptionsalt: v1:salt/);
  });

  it("is idle when what was stopped has ended, with other configuration and program, too", async () => {
    stackFile("");
    writeFileSync(file("hang"), "");
    const stopping = new AbortController();
    const stack = new EngineStack({ ...options, inBackground: true, signal: stopping.signal });
    await stack.idle();
    const changed = stack.withConfig({ "demo:a": "c" }).withProgram(folder);
    const running = assert.rejects(changed.up(), /it was stopped/);
    for (let i = 0; i < 300 && !existsSync(file("begun")); i++) await sleep(50);
    assert.ok(existsSync(file("begun")));
    stopping.abort();
    await stack.idle();
    assert.ok(existsSync(file("ended")));
    await running;
    assert.equal(Number(said("niceness")), os.constants.priority.PRIORITY_LOW);
  });
});
