import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `npm start -- ARGUMENTS`, without npm. `onText` sees what it writes to stderr. */
function start(
  args: string[],
  {
    environment = {},
    onText,
  }: { environment?: Record<string, string>; onText?: (text: string, pid: number) => void } = {},
): Promise<Ended> {
  const script = path.join(root, "integration", "setup.mjs");
  const child = spawn(process.execPath, [script, "integration/rehearsal/main.ts", ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += String(data)));
  child.stderr.on("data", (data) => {
    stderr += String(data);
    onText?.(stderr, child.pid ?? 0);
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
}

/** Processes that descend from `pid`, with their command lines. */
function descendants(pid: number): { pid: number; command: string }[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .map((match) => ({ pid: Number(match?.[1]), parent: Number(match?.[2]), command: match?.[3] ?? "" }));
  const found: { pid: number; command: string }[] = [];
  const queue = [pid];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const row of rows.filter((one) => one.parent === parent)) {
      found.push(row);
      queue.push(row.pid);
    }
  }
  return found;
}

const folders = () => readdirSync(os.tmpdir()).filter((name) => name.startsWith("greenroom-"));
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Those that are still there two seconds later: a compiler's process ends only when it sees that its parent has. */
async function left(family: { pid: number; command: string }[]): Promise<string[]> {
  const still = () => family.filter(({ pid }) => alive(pid)).map(({ command }) => command);
  for (let i = 0; i < 20 && still().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return still();
}

describe("the command line", function () {
  this.timeout(90_000);

  it("lists its options", async () => {
    const { code, stdout } = await start(["--help"]);
    assert.equal(code, 0);
    for (const option of ["--scenario", "--speed", "--rate", "--port", "--report", "--keep"])
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
    [["--sped", "10"], /unknown option '--sped'/],
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

  it("says that Python is missing, or too old", async () => {
    const missing = await start([], { environment: { PYTHON: "/nowhere/python3" } });
    assert.equal(missing.code, 2);
    assert.match(
      missing.stderr,
      /Python 3\.10 or newer is needed for the base emulator \(\/nowhere\/python3: not there\)/,
    );
    const old = path.join(root, "integration", "test", "python-3.9");
    const tooOld = await start([], { environment: { PYTHON: old } });
    assert.equal(tooOld.code, 2);
    assert.match(tooOld.stderr, /python-3\.9: version 3\.9\)/);
  });

  /** Starts a rehearsal and, in the middle of its first build, signals the process of it whose command has `part`. */
  async function signalled(part: string, signal: NodeJS.Signals): Promise<Ended & { left: string[] }> {
    let family: { pid: number; command: string }[] = [];
    const ended = await start([], {
      onText: (text, pid) => {
        if (family.length > 0 || !text.includes("staging Build …")) return;
        family = descendants(pid);
        const found = family.find(({ command }) => command.includes(part));
        assert.ok(found, `${part} runs`);
        process.kill(found.pid, signal);
      },
    });
    return { ...ended, left: await left(family) };
  }

  it("stops with exit code 2 when the base dies in the middle, and leaves nothing", async () => {
    const before = folders();
    const { code, stderr, left } = await signalled("bin/ministack", "SIGKILL");
    assert.equal(code, 2);
    assert.match(stderr, /the base \(MiniStack\) ended with signal SIGKILL; its log is/);
    assert.deepEqual(left, []);
    assert.deepEqual(folders(), before);
  });

  it("ends on Ctrl-C, and leaves nothing", async () => {
    const before = folders();
    // A terminal sends it to every process of the group; the rehearsal's own is the one that has to act.
    const { code, stderr, left } = await signalled("rehearsal/main.ts", "SIGINT");
    assert.equal(code, 130);
    assert.match(stderr, /SIGINT: cleaning up/);
    assert.deepEqual(left, []);
    assert.deepEqual(folders(), before);
  });
});
