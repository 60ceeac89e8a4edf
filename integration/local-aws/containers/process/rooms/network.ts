import { execFile, fork, spawn, type ChildProcess } from "node:child_process";
import type { Server } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import type { Probe, ProbeResult } from "../../../core/probe";
import { gateAddress, type FromGate, type ToGate } from "./gate-protocol";

const run = promisify(execFile);

/** The network of all rooms: a bridge in a network namespace of its own, in which this machine has no other address. */
export class RoomNetwork {
  private last = 0;
  private readonly waiting = new Map<number, (result: ProbeResult) => void>();
  private probes = 0;
  private closed = false;
  /** Rejects when the network or its gate ends before it is closed: then nobody can tell how tasks fare. */
  readonly failed: Promise<never>;
  private readonly ended: Promise<unknown>;

  private constructor(
    private readonly keeper: ChildProcess,
    private readonly gate: ChildProcess,
    /** Hears connections to the local AWS from rooms. */
    readonly server: Server,
    readonly gateway: string,
  ) {
    gate.on("message", (message: FromGate) => {
      if (message.type !== "probed") return;
      this.waiting.get(message.id)?.(message.result);
    });
    const ends = [endOf(gate, "the gate of the rooms' network"), endOf(keeper, "the rooms' network")];
    this.ended = Promise.all(ends);
    this.failed = Promise.race(ends).then((how) => {
      for (const tell of [...this.waiting.values()]) tell({ failure: "other" });
      if (!this.closed) throw new Error(how);
      return new Promise<never>(() => undefined);
    });
    // Whoever waits for it hears of it.
    this.failed.catch(() => undefined);
  }

  /** @throws Error with what the machine lacks */
  static async open(): Promise<RoomNetwork> {
    const script = [
      "ip link set lo up",
      "ip link add rooms type bridge",
      `ip address add ${gateAddress}/16 dev rooms`,
      "ip link set rooms up",
      "echo up",
      // Ends with whoever has started it.
      "exec cat",
    ].join(" && ");
    const keeper = spawn("unshare", ["--user", "--map-root-user", "--net", "sh", "-c", script], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: toolPath },
    });
    let told = "";
    keeper.stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
    await new Promise<void>((resolve, reject) => {
      keeper.once("error", reject);
      keeper.once("exit", () => reject(new Error(told.trim() || "it ended")));
      keeper.stdout.once("data", () => resolve());
    });
    return RoomNetwork.openGate(keeper).catch((error: unknown) => {
      keeper.kill("SIGKILL");
      throw error;
    });
  }

  private static async openGate(keeper: ChildProcess): Promise<RoomNetwork> {
    const words = inside(keeper.pid ?? 0);
    const gate = fork(path.join(__dirname, "gate.ts"), {
      execPath: words[0],
      execArgv: [...words.slice(1), process.execPath, "--require", require.resolve("tsx/cjs")],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const [server, port] = await new Promise<[Server, number]>((resolve, reject) => {
      gate.once("error", reject);
      gate.once("exit", () => reject(new Error("the gate of the rooms' network ended")));
      gate.once("message", (message: FromGate, handle) =>
        message.type === "open" ? resolve([handle as Server, message.port]) : undefined,
      );
    });
    return new RoomNetwork(keeper, gate, server, `http://${gateAddress}:${port}`);
  }

  /** What runs a program in this network, with this machine's files. */
  get words(): string[] {
    return inside(this.keeper.pid ?? 0);
  }

  /** One that no room has had for long. */
  takeAddress(): string {
    const n = ++this.last % 60_000;
    return `10.77.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`;
  }

  /** Gives the network namespace of a process an end of a cable. The others on the bridge cannot reach it. */
  async attach(pid: number, address: string): Promise<void> {
    const name = `r${address.split(".").slice(2).join("-")}`;
    const [command = "", ...args] = [
      ...this.words,
      ...["sh", "-c"],
      `ip link add ${name} master rooms up type veth peer name eth0 netns ${pid} && ip link set ${name} type bridge_slave isolated on`,
    ];
    await run(command, args, { env: { PATH: toolPath } });
  }

  /** Asks something in a room over HTTP. */
  readonly probe: Probe = (request, signal) =>
    new Promise((resolve) => {
      const id = ++this.probes;
      if (signal.aborted || !this.gate.connected) return resolve({ failure: "other" });
      const end = (result: ProbeResult) => {
        this.waiting.delete(id);
        signal.removeEventListener("abort", giveUp);
        resolve(result);
      };
      const giveUp = () => end({ failure: "other" });
      signal.addEventListener("abort", giveUp, { once: true });
      this.waiting.set(id, end);
      this.say({ type: "probe", id, request });
    });

  async close(): Promise<void> {
    this.closed = true;
    this.server.close();
    if (this.gate.connected) this.gate.disconnect();
    this.keeper.kill("SIGKILL");
    await this.ended;
  }

  private say(message: ToGate): void {
    this.gate.send(message, () => undefined);
  }
}

/** How a process ended, in a sentence. */
const endOf = (child: ChildProcess, name: string): Promise<string> =>
  new Promise((resolve) => {
    const told = (code: number | null, signal: string | null) =>
      resolve(`${name} ended: ${signal ? `it got ${signal}` : `exit code ${String(code)}`}`);
    if (child.exitCode !== null || child.signalCode !== null) told(child.exitCode, child.signalCode);
    else child.once("exit", told);
  });

/** Where the programs are that make rooms. */
export const toolPath = "/usr/sbin:/usr/bin:/sbin:/bin";

const inside = (keeper: number): string[] => [
  "nsenter",
  "--target",
  String(keeper),
  "--user",
  "--net",
  "--preserve-credentials",
  "--",
];
