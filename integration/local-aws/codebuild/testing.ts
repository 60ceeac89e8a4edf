import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BuildRoom, BuildRoomRequest, ContainerRuntime } from "../core/container-runtime";

/** For tests: what a build asks for. */
export const roomRequest: BuildRoomRequest = {
  id: "b",
  project: "arn:aws:codebuild:eu-west-1:111111111111:project/p",
  image: "i",
  pullAs: {
    account: "111111111111",
    region: "eu-west-1",
    arn: "arn:aws:iam::111111111111:root",
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
  },
  privileged: false,
  cacheModes: [],
};

/** For tests: rooms that are temporary folders, where scripts are run by this machine's bash. */
export class FakeRuntime implements ContainerRuntime {
  readonly name = "process";

  limits(): string[] {
    return [];
  }

  readonly requests: BuildRoomRequest[] = [];
  open = 0;
  closed = 0;
  /** Rooms open when it is done: a pull may take long. */
  pull: Promise<void> = Promise.resolve();

  async openBuildRoom(request: BuildRoomRequest): Promise<BuildRoom> {
    this.requests.push(request);
    await this.pull;
    const folder = await mkdtemp(path.join(tmpdir(), "codebuild-room-"));
    const place = async (name: string) => {
      const host = path.join(folder, name);
      await mkdir(host);
      return { host, inside: host };
    };
    this.open++;
    return {
      sourceDirectory: await place("src"),
      scratchDirectory: await place("scratch"),
      run: runBash,
      close: async () => {
        this.open--;
        this.closed++;
        await rm(folder, { recursive: true, force: true });
      },
    };
  }

  start(): Promise<never> {
    throw new Error("a build starts no container");
  }

  async close(): Promise<void> {
    // Each room is closed by its build.
  }
}

const runBash: BuildRoom["run"] = ({ script, environment, onOutput, signal }) =>
  new Promise((resolve, reject) => {
    const child = spawn("bash", [script], {
      detached: true,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.setEncoding("utf8").on("data", onOutput);
    child.stderr.setEncoding("utf8").on("data", onOutput);
    const kill = () => {
      if (child.pid) process.kill(-child.pid, "SIGKILL");
    };
    signal.addEventListener("abort", kill);
    if (signal.aborted) kill();
    child.once("error", reject);
    child.once("close", (code) => {
      signal.removeEventListener("abort", kill);
      resolve({ exitCode: code ?? 137 });
    });
  });
