import { environmentNames } from "./environments";
import { dueBetween, type RateSegment } from "./traffic/rate";

/** Of all that clients may send, what goes to environments in which nothing is deployed. */
const restShare = 0.2;
/** As many are counted as resting at least, so that one that is alone does not rest at a fifth of everything. */
const fewestResting = 4;

/**
 * Shares a rate among the clients of services and environments. More than that in all is more than a small machine bears
 * beside builds; so it goes where there is something to see: clients of an environment to which a version is deployed send
 * most of it, the others enough to notice that somebody hurts them.
 */
export class Rates {
  private readonly shares = new Set<RateShare>();

  /** @param ratePerSecond to each environment, in wall time: all services share it */
  constructor(ratePerSecond: number) {
    this.total = ratePerSecond * environmentNames.length;
  }

  private readonly total: number;

  /** A share for clients more. @param tell is given its rate, and every other one */
  join(tell: (ratePerSecond: number) => void): RateShare {
    const share = new RateShare(tell, () => this.settle());
    this.shares.add(share);
    this.settle();
    return share;
  }

  /** The share of clients that have stopped goes to the others. */
  leave(share: RateShare): void {
    if (this.shares.delete(share)) this.settle();
  }

  private settle(): void {
    const all = [...this.shares];
    const attending = all.filter((share) => share.attends).length;
    const atRest = (this.total * restShare) / Math.max(fewestResting, all.length);
    const each = (this.total - atRest * (all.length - attending)) / attending;
    for (const share of all) share.set(share.attends ? each : atRest);
  }
}

/** What the clients of one service in one environment send. */
export class RateShare {
  private readonly segments: RateSegment[] = [];
  private attending = false;

  constructor(
    private readonly tell: (ratePerSecond: number) => void,
    private readonly settle: () => void,
  ) {}

  /** In wall time. */
  get ratePerSecond(): number {
    return this.segments.at(-1)?.ratePerSecond ?? 0;
  }

  get attends(): boolean {
    return this.attending;
  }

  /** Something is deployed there, or no longer. */
  attend(attending: boolean): void {
    if (attending === this.attending) return;
    this.attending = attending;
    this.settle();
  }

  set(ratePerSecond: number): void {
    if (ratePerSecond === this.ratePerSecond) return;
    this.segments.push({ from: wallNow(), ratePerSecond });
    this.tell(ratePerSecond);
  }

  /** Waits until so many requests have been due since `from` (wall clock, epoch milliseconds), at whatever rates. */
  async sent(count: number, from: number): Promise<void> {
    for (;;) {
      const missing = count - dueBetween(this.segments, from, wallNow());
      if (missing <= 0) return;
      // The rate may be another one soon.
      const waitMs = Math.min(100, (missing * 1000) / this.ratePerSecond);
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, waitMs)));
    }
  }
}

const wallNow = () => performance.timeOrigin + performance.now();
