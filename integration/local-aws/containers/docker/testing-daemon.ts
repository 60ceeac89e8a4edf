import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import Dockerode from "dockerode";
import { labelsOf } from "./labels";
import { testDocker } from "./testing";

/** For tests: a Docker daemon of their own, which they may stop in the middle. Needs root and `dockerd`. */
export class TestDaemon {
  readonly docker: Dockerode;
  private child?: ChildProcess;

  private constructor(
    private readonly folder: string,
    private readonly bridge: { name: string; network: Dockerode.Network },
  ) {
    this.docker = new Dockerode({ socketPath: this.socketPath });
  }

  static async start(): Promise<TestDaemon> {
    // A bridge that the machine's own daemon makes. Without one, or with address pools of its own, this one would remove
    // the other's docker0.
    const name = `grd-${randomUUID().slice(0, 8)}`;
    const network = await (
      await testDocker()
    ).createNetwork({
      Name: name,
      Labels: await labelsOf(name),
      Options: { "com.docker.network.bridge.name": name },
    });
    // A socket's path may have 107 characters only.
    const daemon = new TestDaemon(await mkdtemp(path.join(os.tmpdir(), "grd-")), { name, network });
    await daemon.start().catch(async (error: unknown) => {
      daemon.child?.kill("SIGKILL");
      await daemon.removeFolder();
      throw error;
    });
    return daemon;
  }

  get socketPath(): string {
    return path.join(this.folder, "docker.sock");
  }

  async start(): Promise<void> {
    const at = (name: string) => path.join(this.folder, name);
    const child = spawn(
      "dockerd",
      [
        `--host=unix://${this.socketPath}`,
        `--data-root=${at("data")}`,
        `--exec-root=${at("exec")}`,
        `--pidfile=${at("pid")}`,
        `--bridge=${this.bridge.name}`,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    this.child = child;
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + String(chunk)).slice(-2000)));
    child.once("error", (error) => (said += error.message));
    for (let tries = 0; ; tries++) {
      if (await this.docker.ping().then(Boolean, () => false)) return;
      if (tries > 300 || child.exitCode !== null || !child.pid)
        throw new Error(`dockerd does not start: ${said}`);
      await wait(100);
    }
  }

  /** As a crash does. Its containers go on until it starts again. */
  async crash(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
    // containerd dies with it; as long as nobody has reaped it, the next dockerd takes it for alive.
    await rm(path.join(this.folder, "exec", "containerd", "containerd.pid"), { force: true });
  }

  /** Ends it with its containers, and removes what it had. */
  async close(): Promise<void> {
    if (this.child) {
      // Only a daemon that runs ends the containers of one that crashed.
      if (this.child.exitCode !== null || this.child.signalCode) await this.start();
      for (const { Id } of await this.docker.listContainers({ all: true }))
        await this.docker.getContainer(Id).remove({ force: true, v: true });
      await this.docker.pruneNetworks();
      this.child.kill("SIGTERM");
      await once(this.child, "exit");
    }
    await this.removeFolder();
  }

  private async removeFolder(): Promise<void> {
    // dockerd mounts its folder of data onto itself, and leaves that.
    await promisify(execFile)("umount", ["--lazy", path.join(this.folder, "data")]).catch(() => undefined);
    await this.bridge.network.remove();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
