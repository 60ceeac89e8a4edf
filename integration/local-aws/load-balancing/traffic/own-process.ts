import { fork, type ChildProcess } from "node:child_process";
import type { Server } from "node:net";
import path from "node:path";
import { wallNow, type Clock } from "../../core/clock";
import { directProbe, type Probe } from "../../core/probe";
import type { Address, ListenerSettings, TrafficEvent, TrafficPlane, TrafficTarget } from "./plane";
import type { FromTraffic, PlaneCall, ToTraffic } from "./protocol";

/** The network that has the targets, where that is not this process's. */
export interface PlaneNetwork {
  /** What runs a program there. */
  words?: readonly string[];
  probe?: Probe;
}

/** What a plane needs of control. */
export interface PlaneUser {
  clock: Clock;
  /** @param atMs AWS time */
  tell(event: TrafficEvent, atMs: number): void;
  warn(message: string): void;
}

type Waiting = { resolve: () => void; reject: (error: Error) => void };

/** The traffic plane in a process of its own, which nothing that decides, builds or is collected as garbage holds up. */
export class OwnProcessPlane implements TrafficPlane {
  /** Rejects when the process ends before it is closed. */
  readonly failed: Promise<never>;
  readonly probe: Probe;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly unwatch: () => void;
  private calls = 0;
  /** How calls end once the process has: when it was closed, nothing is left to be done; otherwise it died. */
  private over?: (waiting: Waiting) => void;
  private closed = false;

  constructor(
    private readonly user: PlaneUser,
    { words = [], probe = directProbe }: PlaneNetwork = {},
  ) {
    this.probe = probe;
    const [execPath, ...execArgv] = [...words, process.execPath, "--require", require.resolve("tsx/cjs")];
    const child = fork(path.join(__dirname, "process.ts"), {
      execPath,
      execArgv,
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.child = child;
    const gone = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ? `it got ${signal}` : `exit code ${code}`));
    });
    this.ended = gone.then(() => undefined);
    this.failed = gone.then((how) => {
      const error = new Error(`the traffic process of the load balancers ended: ${how}`);
      this.over = ({ resolve, reject }) => (this.closed ? resolve() : reject(error));
      for (const waiting of this.waiting.values()) this.over(waiting);
      this.waiting.clear();
      if (!this.closed) throw error;
      return new Promise<never>(() => undefined);
    });
    // Whoever waits for it hears of it.
    this.failed.catch(() => undefined);
    child.on("message", (message: FromTraffic) => this.hear(message));
    this.unwatch = user.clock.watch(() => this.sayClock());
    this.sayClock();
  }

  async openListener(listenerArn: string, settings: ListenerSettings, at: Server): Promise<void> {
    await this.call({ method: "openListener", args: [listenerArn, settings] }, at);
    // The process has it now.
    at.close();
  }

  async changeListener(listenerArn: string, settings: ListenerSettings): Promise<void> {
    await this.call({ method: "changeListener", args: [listenerArn, settings] });
  }

  async stopListener(listenerArn: string): Promise<void> {
    await this.call({ method: "stopListener", args: [listenerArn] });
  }

  async setTargets(targetGroupArn: string, targets: readonly TrafficTarget[]): Promise<void> {
    await this.call({ method: "setTargets", args: [targetGroupArn, targets] });
  }

  async idle(targetGroupArn: string, address: Address): Promise<void> {
    await this.call({ method: "idle", args: [targetGroupArn, address] });
  }

  async forgetTarget(targetGroupArn: string, address: Address): Promise<void> {
    await this.call({ method: "forgetTarget", args: [targetGroupArn, address] });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.unwatch();
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }

  private call(call: Distributed<PlaneCall>, handle?: Server): Promise<void> {
    const id = ++this.calls;
    return new Promise((resolve, reject) => {
      if (this.over) return this.over({ resolve, reject });
      this.waiting.set(id, { resolve, reject });
      this.say({ type: "call", id, ...call } as PlaneCall, handle);
    });
  }

  private say(message: ToTraffic, handle?: Server): void {
    // What is said to a process that has gone is answered by its end.
    if (this.child.connected) this.child.send(message, handle, {}, () => undefined);
  }

  private sayClock(): void {
    const { clock } = this.user;
    this.say({ type: "clock", wall: wallNow(), aws: clock.now().getTime(), speed: clock.speed });
  }

  private hear(message: FromTraffic): void {
    switch (message.type) {
      case "events":
        for (const event of message.events)
          this.user.tell(event, this.user.clock.at(event.wall - performance.timeOrigin).getTime());
        return;
      case "warning":
        return this.user.warn(message.message);
      default: {
        const waiting = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        if (message.type === "answer") waiting?.resolve();
        else waiting?.reject(new Error(message.message));
      }
    }
  }
}

/** Each call without what this class adds. */
type Distributed<C> = C extends PlaneCall ? Pick<C, "method" | "args"> : never;
