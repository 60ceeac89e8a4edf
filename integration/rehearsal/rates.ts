import { wallNow } from "../local-aws/core/clock";
import { environmentNames } from "./environments";
import { startClients, type ClientOptions, type Clients } from "./traffic/clients";
import { dueBetween, type RateSegment } from "./traffic/rate";

/** Of all that clients may send, what goes to environments in which nothing is deployed. */
const restShare = 0.2;
/** As many are counted as resting at least, so that one that is alone does not rest at a fifth of everything. */
const fewestResting = 4;

/** How closely clients look at their environment. */
export type Attention = "rest" | "deployment" | "evidence";

/** How the rest of the rate is divided: a candidate that has a share of the traffic needs many to meet it. */
const weights = { rest: 0, deployment: 1, evidence: 4 } satisfies Record<Attention, number>;

/**
 * Shares a rate among the clients of services and environments. More than that in all is more than a small machine bears
 * beside builds; so it goes where there is something to see: clients of an environment to which a version is deployed send
 * most of it, above all while the candidate has a share of the traffic; the others send enough to notice that somebody
 * hurts them.
 */
export class Rates {
  private readonly shares = new Set<RateShare>();
  private readonly total: number;

  /** @param ratePerSecond to each environment, in wall time: all services share it */
  constructor(ratePerSecond: number) {
    this.total = ratePerSecond * environmentNames.length;
  }

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
    const atRest = (this.total * restShare) / Math.max(fewestResting, all.length);
    const weight = all.reduce((sum, { attention }) => sum + weights[attention], 0);
    const rest = this.total - atRest * all.length;
    for (const share of all)
      share.set(atRest + (weight > 0 ? (rest * weights[share.attention]) / weight : 0));
  }
}

/** What the clients of one service in one environment send. */
export class RateShare {
  private readonly segments: RateSegment[] = [];
  private looks: Attention = "rest";

  constructor(
    private readonly tell: (ratePerSecond: number) => void,
    private readonly settle: () => void,
  ) {}

  /** In wall time. */
  get ratePerSecond(): number {
    return this.segments.at(-1)?.ratePerSecond ?? 0;
  }

  get attention(): Attention {
    return this.looks;
  }

  attend(attention: Attention): void {
    if (attention === this.looks) return;
    this.looks = attention;
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

/** Clients that send what their share is. */
export interface SharingClients {
  clients: Clients;
  share: RateShare;
}

export async function startSharing(
  rates: Rates,
  options: Omit<ClientOptions, "ratePerSecond">,
): Promise<SharingClients> {
  let tell: (ratePerSecond: number) => void = () => undefined;
  const share = rates.join((ratePerSecond) => tell(ratePerSecond));
  const clients = await startClients({ ...options, ratePerSecond: share.ratePerSecond });
  tell = (ratePerSecond) => clients.setRate(ratePerSecond);
  // It may have changed while they were starting.
  tell(share.ratePerSecond);
  return { clients, share };
}
