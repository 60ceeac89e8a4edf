import { Destination } from "./destination";
import type { Address, TrafficTarget } from "./plane";

/** The targets of one target group. */
export class Pool {
  private readonly known = new Map<string, Destination>();
  private routable: Destination[] = [];
  private turn = 0;

  constructor(private readonly nowMs: () => number) {}

  set(targets: readonly TrafficTarget[]): void {
    this.routable = targets.map(({ host, port, door }) => {
      const key = `${host}:${port}`;
      const destination = this.known.get(key) ?? new Destination({ host, port });
      this.known.set(key, destination);
      destination.settle(door, this.nowMs);
      return destination;
    });
  }

  /** Round robin. Undefined when there is none. */
  choose(): Destination | undefined {
    if (this.routable.length === 0) return undefined;
    this.turn = (this.turn + 1) % this.routable.length;
    return this.routable[this.turn];
  }

  async idle({ host, port }: Address): Promise<void> {
    await this.known.get(`${host}:${port}`)?.idle();
  }

  forget({ host, port }: Address): void {
    const key = `${host}:${port}`;
    this.known.get(key)?.agent.destroy();
    this.known.delete(key);
    this.routable = this.routable.filter(({ address }) => address.host !== host || address.port !== port);
  }

  close(): void {
    for (const { agent } of this.known.values()) agent.destroy();
  }
}
