import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { rehearsalLabel } from "./labels";
import { openDocker } from "./daemon";
import { sweep } from "./sweep";
import { nodeImage, nothingLeft, openDoor, testDocker } from "./testing";

/** A rehearsal in a process of its own. */
class Rehearsal {
  readonly id = `test-${randomUUID().slice(0, 8)}`;
  readonly said: unknown[] = [];
  stderr = "";
  readonly exit: Promise<number | string>;
  private constructor(private readonly child: ChildProcess) {
    this.exit = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code ?? 0)));
    child.stderr?.on("data", (data) => (this.stderr += String(data)));
    if (child.stdout) {
      createInterface(child.stdout).on("line", (line) => this.said.push(JSON.parse(line)));
    }
  }

  static async start(environment: Record<string, string> = {}): Promise<Rehearsal> {
    const program = path.join(__dirname, "crash-program.ts");
    const id = `test-${randomUUID().slice(0, 8)}`;
    const child = spawn(process.execPath, ["--require", "tsx/cjs", program, id, nodeImage], {
      env: { ...process.env, ...environment },
      stdio: "pipe",
    });
    const rehearsal = Object.assign(new Rehearsal(child), { id });
    await Promise.race([
      rehearsal.says("up"),
      rehearsal.exit.then(() => Promise.reject(new Error(rehearsal.stderr))),
    ]);
    return rehearsal;
  }

  async says(wanted: unknown): Promise<void> {
    while (!this.said.includes(wanted)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  close(): void {
    this.child.stdin?.write("close\n");
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  get labels() {
    return { [rehearsalLabel]: this.id };
  }
}

describe("a rehearsal that ends otherwise than it should", function () {
  this.timeout(90_000);

  const countOf = async ({ id }: Rehearsal) => {
    const docker = await testDocker();
    const filters = { label: [`${rehearsalLabel}=${id}`] };
    return (await docker.listContainers({ all: true, filters })).length;
  };

  it("is swept away by the next one once its process is gone, and not before", async () => {
    const rehearsal = await Rehearsal.start();
    assert.equal(await countOf(rehearsal), 2);
    const docker = await testDocker();
    assert.deepEqual(await sweep(docker), []);
    assert.equal(await countOf(rehearsal), 2);
    rehearsal.kill();
    await rehearsal.exit;
    const next = await openDocker({
      id: `test-${randomUUID().slice(0, 8)}`,
      gatewayPort: 9,
      warn: (message) => assert.fail(message),
      relayImage: nodeImage,
    });
    await nothingLeft({ docker, labels: rehearsal.labels });
    await next.close();
    await nothingLeft(next);
  });

  it("says that the daemon is gone, ends, and is swept away when the daemon is back", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "greenroom-test-"));
    const door = await openDoor(path.join(folder, "docker.sock"));
    const rehearsal = await Rehearsal.start({ DOCKER_HOST: door.dockerHost });
    door.close();
    const deadline = Date.now() + 10_000;
    while (rehearsal.said.length < 3 && Date.now() < deadline) await new Promise((r) => setTimeout(r, 50));
    rehearsal.close();
    assert.equal(await rehearsal.exit, 0, rehearsal.stderr);
    const said = rehearsal.said.map((one) => JSON.stringify(one));
    assert.ok(
      said.some((one) => /the relay in Docker has ended.*was the Docker daemon stopped/.test(one)),
      `${said}`,
    );
    assert.ok(
      said.some((one) => /"reason":"the Docker daemon does not answer any more/.test(one)),
      `${said}`,
    );
    assert.ok(
      said.some((one) => /The next rehearsal removes what is left/.test(one)),
      `${said}`,
    );
    assert.equal(rehearsal.stderr, "");
    const docker = await testDocker();
    assert.deepEqual(await sweep(docker), []);
    await nothingLeft({ docker, labels: rehearsal.labels });
    await fs.rm(folder, { recursive: true });
  });
});
