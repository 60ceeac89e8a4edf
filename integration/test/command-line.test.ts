import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { descendants, folders, left, mainFile, root, signal, start, type Ended } from "./command";

describe("the command line", function () {
  this.timeout(90_000);

  it("lists its options", async () => {
    const { code, stdout } = await start(["--help"]);
    assert.equal(code, 0);
    for (const option of ["--scenario", "--speed", "--rate", "--port", "--report", "--base", "--keep"])
      assert.ok(stdout.includes(option));
    assert.match(stdout, /bad-release +A release that fails only in production/);
  });

  for (const [args, message] of [
    [
      ["--scenario", "happy"],
      /option '--scenario <id\.\.\.>' argument 'happy' is invalid\. Allowed choices are good-release/,
    ],
    [
      ["--speed", "fast"],
      /option '--speed <factor>' argument 'fast' is invalid\. It must be a number from 1 to 1000\./,
    ],
    [
      ["--base", "http://example.com:4566"],
      /option '--base <base>' argument 'http:\/\/example\.com:4566' is invalid\. example\.com is not this machine/,
    ],
    [["--base", "moto"], /It must be ministack, localstack, or http/],
    [["--sped", "10"], /unknown option '--sped'/],
    [["--service", "bord"], /--service bord: there is no such service; infra\/services\.ts has .*trivia-api/],
    [["--fault", "5xy 5%"], /greenroom: --fault: /],
    [["--service", "trivia-api", "--all"], /'--service <name\.\.\.>' cannot be used with option '--all'/],
  ] as const) {
    it(`refuses ${args.join(" ")} before anything starts`, async () => {
      const { code, stderr } = await start([...args]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }

  it("says that a port is taken, and leaves nothing", async () => {
    const before = folders();
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address && typeof address === "object");
    const { code, stderr } = await start(["--port", String(address.port)]);
    server.close();
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`port ${address.port} of 127\\.0\\.0\\.1 is taken`));
    assert.deepEqual(folders(), before);
  });

  it("says that Python is missing, or too old, where there is no Docker either", async () => {
    const environment = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const missing = await start([], { environment: { ...environment, PYTHON: "/nowhere/python3" } });
    assert.equal(missing.code, 2);
    assert.match(
      missing.stderr,
      /Python 3\.10 or newer is needed for the base emulator \(\/nowhere\/python3: not there\), or Docker for its image \(no Docker daemon answers at DOCKER_HOST=unix:\/\/\/nowhere\/docker\.sock\)\./,
    );
    const old = path.join(root, "integration", "test", "python-3.9");
    const tooOld = await start([], { environment: { ...environment, PYTHON: old } });
    assert.equal(tooOld.code, 2);
    assert.match(tooOld.stderr, /python-3\.9: version 3\.9\)/);
  });

  it("says that a base is not there, and leaves nothing", async () => {
    const before = folders();
    const { code, stderr } = await start(["--base", "http://127.0.0.1:1"]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /the base at http:\/\/127\.0\.0\.1:1 is not healthy at .* after 5 seconds: .*; start it, or choose another --base/,
    );
    assert.deepEqual(folders(), before);
  });

  it("says that LocalStack needs Docker", async () => {
    const environment = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const { code, stderr } = await start(["--base", "localstack"], { environment });
    assert.equal(code, 2);
    assert.match(stderr, /--base localstack needs Docker: no Docker daemon answers at DOCKER_HOST=unix/);
  });

  /** Starts a rehearsal and does something to its processes when it says `when`: in the middle of its first build. */
  async function disturbed(
    disturb: (family: { pid: number; command: string }[], child: ChildProcess) => void,
    environment: Record<string, string> = {},
    when = "staging Build …",
  ): Promise<Ended & { left: string[] }> {
    let family: { pid: number; command: string }[] = [];
    const ended = await start([], {
      environment,
      onText: (text, child) => {
        if (family.length > 0 || !text.includes(when)) return;
        family = descendants(child.pid ?? 0);
        disturb(family, child);
      },
    });
    return { ...ended, left: await left(family) };
  }

  it("stops with exit code 2 when the base dies in the middle, and leaves nothing", async () => {
    const before = folders();
    const { code, stderr, left } = await disturbed(signal("bin/ministack", "SIGKILL"));
    assert.equal(code, 2);
    assert.match(stderr, /the base \(MiniStack\) ended with signal SIGKILL; its log is/);
    assert.deepEqual(left, []);
    assert.deepEqual(folders(), before);
  });

  it("ends on a signal to all of it, as Ctrl-C is, and leaves nothing", async () => {
    const before = folders();
    const { code, stderr, left } = await disturbed((family, child) => {
      signal(mainFile, "SIGTERM")(family);
      // Which passes it on.
      child.kill("SIGTERM");
    });
    assert.equal(code, 143);
    assert.match(stderr, /SIGTERM: cleaning up/);
    assert.deepEqual(left, []);
    assert.deepEqual(folders(), before);
  });

  it("ends with exit code 2 on a defect of its own, and leaves nothing", async () => {
    const before = folders();
    const folder = mkdtempSync(path.join(os.tmpdir(), "defect-test-"));
    const preload = path.join(folder, "defect.cjs");
    writeFileSync(
      preload,
      `if (process.argv[1]?.endsWith("main.ts"))
        process.on("SIGUSR2", () => { throw new Error("a defect"); });`,
    );
    const environment = { NODE_OPTIONS: `--require=${preload}` };
    const { code, stderr, left } = await disturbed(signal(mainFile, "SIGUSR2"), environment);
    rmSync(folder, { recursive: true });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /greenroom: Error: a defect\n[^]*: cleaning up/);
    assert.deepEqual(left, []);
    assert.deepEqual(folders(), before);
  });

  it("ends when nobody reads what it says any more, and leaves nothing", async () => {
    const before = folders();
    // Whoever writes hears of it, and a build says nothing for long: the other stack is up soon after the first one.
    const { code, left } = await disturbed((_family, child) => child.stderr?.destroy(), {}, "stack is up");
    assert.equal(code, 141);
    assert.deepEqual(left, []);
    assert.deepEqual(folders(), before);
  });
});
