import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { claim, clearLeftovers } from "./leftovers";

describe("what a killed rehearsal has left", () => {
  let parent: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => (parent = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "left-")))));
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await fs.rm(parent, { recursive: true, force: true });
  });

  async function folder(name: string, owner?: object): Promise<string> {
    const at = path.join(parent, name);
    await fs.mkdir(path.join(at, "containers"), { recursive: true });
    if (owner) await fs.writeFile(path.join(at, "owner.json"), JSON.stringify(owner));
    else await claim(at);
    return at;
  }
  async function running(environment: Record<string, string>): Promise<ChildProcess> {
    const child = spawn("sleep", ["60"], { env: { PATH: "/usr/bin:/bin", ...environment } });
    children.push(child);
    await once(child, "spawn");
    return child;
  }
  const gone = { pid: 2 ** 30, started: "1" };

  it("is removed, with the processes that live in there and no others", async function () {
    if (!existsSync("/proc/self/environ")) return this.skip();
    const left = await folder("greenroom-abc123", gone);
    const task = await running({ HOME: `${left}/containers/running/1/root` });
    const base = await running({ TMPDIR: left });
    const shell = await running({ PWD: left, HOME: "/root" });
    const ended = Promise.all([once(task, "exit"), once(base, "exit")]);
    assert.deepEqual(await clearLeftovers(parent), [
      `a rehearsal that was killed has left ${left} and 2 processes: removed`,
    ]);
    await ended;
    assert.equal(shell.exitCode ?? shell.signalCode, null);
    assert.ok(!existsSync(left));
  });

  it("is known by an owner that has gone, also where another process has its number", async () => {
    await folder("greenroom-engine-abc123", { pid: process.pid, started: "some other time" });
    assert.equal((await clearLeftovers(parent)).length, 1);
  });

  it("is nothing of a rehearsal that runs, and nothing that names no owner", async () => {
    const own = await folder("greenroom-abc123");
    const odd = [
      await folder("greenroom-abc124", { pid: "x" }),
      await folder("greenroom-abc125", gone).then((at) =>
        fs.writeFile(path.join(at, "owner.json"), "{").then(() => at),
      ),
      await folder("greenroom-mine", gone),
      await folder("other-abc123", gone),
    ];
    assert.deepEqual(await clearLeftovers(parent), []);
    for (const one of [own, ...odd]) assert.ok(existsSync(one), one);
  });
});
