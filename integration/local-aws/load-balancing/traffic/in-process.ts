import type { Server } from "node:net";
import { directProbe } from "../../core/probe";
import { Listener } from "./listener";
import type { Address, ListenerSettings, TrafficEvent, TrafficPlane, TrafficTarget } from "./plane";
import { Pool } from "./pool";

/** The traffic plane itself, in the process that makes it. */
export class InProcessPlane implements TrafficPlane {
  readonly probe = directProbe;
  private readonly listeners = new Map<string, Listener>();
  private readonly stopped = new Set<Listener>();
  private readonly pools = new Map<string, Pool>();

  /** @param nowMs AWS time */
  constructor(
    private readonly nowMs: () => number,
    private readonly tell: (event: TrafficEvent) => void,
    private readonly warn: (message: string) => void,
  ) {}

  async openListener(arn: string, settings: ListenerSettings, at: Server): Promise<void> {
    const listener = new Listener(arn, settings, (group) => this.pools.get(group), this.tell, this.warn);
    this.listeners.set(arn, listener);
    await listener.open(at);
  }

  changeListener(arn: string, settings: ListenerSettings): Promise<void> {
    this.listeners.get(arn)?.change(settings);
    return Promise.resolve();
  }

  stopListener(arn: string): Promise<void> {
    const listener = this.listeners.get(arn);
    listener?.stop();
    if (listener) this.stopped.add(listener);
    this.listeners.delete(arn);
    return Promise.resolve();
  }

  setTargets(group: string, targets: readonly TrafficTarget[]): Promise<void> {
    let pool = this.pools.get(group);
    if (!pool) this.pools.set(group, (pool = new Pool(this.nowMs)));
    pool.set(targets);
    return Promise.resolve();
  }

  async idle(group: string, address: Address): Promise<void> {
    await this.pools.get(group)?.idle(address);
  }

  forgetTarget(group: string, address: Address): Promise<void> {
    this.pools.get(group)?.forget(address);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([...this.listeners.values(), ...this.stopped].map((listener) => listener.close()));
    for (const pool of this.pools.values()) pool.close();
  }
}
