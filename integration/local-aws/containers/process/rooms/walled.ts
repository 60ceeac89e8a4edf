import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { startGroup, type ProcessGroup } from "../process-group";
import { enterScript, joinWords, setpriv } from "./enter";
import { toolPath, type RoomNetwork } from "./network";
import type { Place, Program, Room, Rooms, View } from "./rooms";
import { machine, mountsOf, type Machine } from "./view";

/**
 * Rooms of namespaces: each program has a root file system of layers that go with it, its own processes, of which it is
 * the first, and its own network, with nothing in it but the local AWS.
 * @see https://man7.org/linux/man-pages/man7/namespaces.7.html
 */
export class WalledRooms implements Rooms {
  readonly missing = undefined;
  private readonly machine: Machine = machine();
  private readonly running = new Set<ProcessGroup>();

  constructor(
    private readonly network: RoomNetwork,
    readonly registries: Readonly<Record<string, string>>,
  ) {}

  get gateway(): string {
    return this.network.gateway;
  }

  place(containerPort: number | undefined): Promise<Place> {
    const host = this.network.takeAddress();
    return Promise.resolve({
      host,
      address: (port: number) => ({ host, port }),
      environment: containerPort === undefined ? noPort : { PORT: String(containerPort) },
      unheard: async () => {
        if (containerPort === undefined) return undefined;
        const request = { host, port: containerPort, path: "/", headers: {}, timeoutMs: 1000 };
        const result = await this.network.probe(request, new AbortController().signal);
        return "failure" in result && result.failure === "refused"
          ? `rehearsal: nothing accepted connections at port ${containerPort}: listen there, at 0.0.0.0 and not on localhost`
          : undefined;
      },
      release: () => undefined,
    });
  }

  async start(view: View, program: Program, place?: Place): Promise<ProcessGroup> {
    return this.enter(view, program, place?.address(0).host);
  }

  async open(view: View): Promise<Room> {
    // It waits for nothing, and takes in whoever has lost its parent.
    const idle = { command: "sh", args: ["-c", "while :; do sleep 3600 & wait; done"], cwd: "/" };
    const first = await this.enter(
      view,
      { ...idle, environment: { PATH: toolPath }, onOutput: () => undefined },
      this.network.takeAddress(),
    );
    return {
      run: async (program) => {
        const [command = "", ...args] = joinWords(first.pid, program.cwd);
        return startGroup(command, [...args, program.command, ...program.args], {
          ...program,
          environment: program.environment,
          cwd: "/",
        });
      },
      close: async () => {
        first.kill();
        await first.ended;
      },
    };
  }

  async close(): Promise<void> {
    for (const group of this.running) group.kill();
    await Promise.all([...this.running].map((group) => group.ended));
  }

  /** Starts a program as the first process of a new room. Gives it with its id on this machine. */
  private async enter(view: View, program: Program, address: string | undefined): Promise<ProcessGroup> {
    const own = path.join(view.folder, `room-${randomUUID().slice(0, 8)}`);
    const root = path.join(own, "root");
    for (const folder of [root, ...view.writable]) await fs.mkdir(folder, { recursive: true });
    const mounts = mountsOf(this.machine, view, root);
    const tables = { layers: path.join(own, "layers"), fstab: path.join(own, "fstab") };
    await fs.writeFile(tables.layers, mounts.layers);
    await fs.writeFile(tables.fstab, mounts.fstab);
    const script = path.join(own, "enter");
    await fs.writeFile(script, enterScript(root, tables, mounts));
    const [command = "", ...words] = [
      ...this.network.words,
      // When control is gone, so is the room: what unshare starts ends with it.
      ...[setpriv, "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--pid", "--net"],
      ...["--fork", "--kill-child", "sh", script, program.environment["PATH"] ?? toolPath, program.cwd],
    ];
    let said = "";
    let held = "";
    let killed = false;
    let line: Duplex | undefined;
    const group = await startGroup(command, [...words, program.command, ...program.args], {
      ...program,
      cwd: "/",
      onOutput: (text) => {
        said = (said + text).slice(-2000);
        held += text;
        killed = held.startsWith(cannotKillItself);
        if (killed || cannotKillItself.startsWith(held)) return;
        program.onOutput(held);
        held = "";
      },
      onLine: (socket) => (line = socket),
    });
    try {
      if (!line) throw new Error("a room cannot be spoken to");
      const pid = await this.settle(group, line, address, program.command, () => said);
      const entered = inRoom(group, pid, () => killed);
      this.running.add(entered);
      void entered.ended.then(() => this.running.delete(entered)).then(() => remove(own));
      return entered;
    } catch (error) {
      group.kill();
      await remove(own);
      throw error;
    } finally {
      line?.destroy();
    }
  }

  /** Gives the first process of the room. */
  private async settle(
    group: ProcessGroup,
    line: Duplex,
    address: string | undefined,
    command: string,
    said: () => string,
  ): Promise<number> {
    line.on("error", () => undefined);
    const words = createInterface({ input: line })[Symbol.asyncIterator]();
    const next = async () => ((await words.next()) as { value?: string }).value;
    const failed = () => new Error(`a room could not be made: ${said().trim() || "its first process ended"}`);
    if ((await next()) !== "in") throw failed();
    const pid = await firstChild(group.pid);
    if (address !== undefined)
      await this.network.attach(group.pid, address).catch(async (error: unknown) => {
        // A room that could not be made has said why.
        throw (await next()) === "failed" ? failed() : error;
      });
    line.write(address === undefined ? "\n" : `${address}/16\n`);
    const word = await next();
    if (word === "absent") throw Object.assign(new Error(`there is no ${command}`), { code: "ENOENT" });
    if (word !== "ready") throw failed();
    return pid;
  }
}

const remove = (folder: string) => fs.rm(folder, { recursive: true, force: true }).catch(() => undefined);

const noPort: Record<string, string> = {};

/** What unshare says where SIGKILL has ended what it started: it ends itself by the same signal, and prepares that first. */
const cannotKillItself = "unshare: sigprocmask unblock failed";

/** Signals go to the program itself; its end ends all that it has started. */
function inRoom({ ended, kill }: ProcessGroup, pid: number, killed: () => boolean): ProcessGroup {
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended already.
    }
  };
  // The end of whoever has started the first process ends that one, and says by which signal.
  return {
    pid,
    ended: ended.then((exit) => (killed() ? { exitCode: 137, signal: "SIGKILL" } : exit)),
    signal,
    kill,
  };
}

async function firstChild(pid: number): Promise<number> {
  const children = await fs.readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  const child = Number(children.trim().split(" ")[0]);
  if (!(child > 0)) throw new Error(`the process ${pid} has no child`);
  return child;
}
