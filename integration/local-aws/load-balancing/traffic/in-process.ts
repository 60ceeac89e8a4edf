import { Listener } from "./listener";
import type { Address, ListenerSettings, TrafficEvent, TrafficPlane, TrafficTarget } from "./plane";
import { Pool } from "./pool";

/** The traffic plane in this process. */
export class InProcessPlane implements TrafficPlane {
  private readonly listeners = new Map<string, Listener>();
  private readonly stopped = new Set<Listener>();
  private readonly pools = new Map<string, Pool>();

  /** @param nowMs AWS time */
  constructor(
    private readonly nowMs: () => number,
    private readonly tell: (event: TrafficEvent) => void,
    private readonly warn: (message: string) => void,
  ) {}

  async openListener(arn: string, settings: ListenerSettings): Promise<Address> {
    const listener = new Listener(arn, settings, (group) => this.pools.get(group), this.tell, this.warn);
    this.listeners.set(arn, listener);
    return listener.open();
  }

  changeListener(arn: string, settings: ListenerSettings): void {
    this.listeners.get(arn)?.change(settings);
  }

  stopListener(arn: string): void {
    const listener = this.listeners.get(arn);
    if (!listener) return;
    listener.stop();
    this.stopped.add(listener);
    this.listeners.delete(arn);
  }

  setTargets(group: string, targets: readonly TrafficTarget[]): void {
    let pool = this.pools.get(group);
    if (!pool) this.pools.set(group, (pool = new Pool(this.nowMs)));
    pool.set(targets);
  }

  async idle(group: string, address: Address): Promise<void> {
    await this.pools.get(group)?.idle(address);
  }

  forgetTarget(group: string, address: Address): void {
    this.pools.get(group)?.forget(address);
  }

  async close(): Promise<void> {
    await Promise.all([...this.listeners.values(), ...this.stopped].map((listener) => listener.close()));
    for (const pool of this.pools.values()) pool.close();
  }
}
