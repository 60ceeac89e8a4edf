import { deliveryMs } from "../local-aws/cloudwatch/alarms";
import { minutes } from "../local-aws/core/clock";
import type { AwsMs } from "./model";
import type { ReleaseSettings } from "./release-settings";

/** How many requests may meet a bad release: a share of those that come in a time. */
export interface Bound {
  /** The fraction of traffic that a candidate gets at first; 1 for all at once. */
  share: number;
  /** How long it may have that, from the beginning of AllowTraffic. */
  lastsMs: AwsMs;
}

/** Standard deviations that a random share may lie above its mean: 1 in 30 000 releases exceeds it by chance. */
const tolerance = 4;
/** Minutes are evaluated when they are over, and a rollback takes its time. */
const slackMs = minutes(1);

/**
 * The bound by default: the canary's share for the evaluation periods of the slowest alarm, the delay of its metrics,
 * and a minute more. From the stack's settings alone, so that a slow rollback cannot excuse itself.
 */
export function boundOf({ share, alarms }: Pick<ReleaseSettings, "share" | "alarms">): Bound {
  const slowest = Math.max(
    0,
    ...alarms.map(({ periodMs, evaluationPeriods }) => periodMs * evaluationPeriods),
  );
  return { share, lastsMs: slowest + deliveryMs + slackMs };
}

/**
 * How many of `requests` a share may get: its mean, and four standard deviations of a binomial distribution, since a
 * load balancer picks at random; rounded up.
 */
export const shareLimit = (requests: number, share: number): number =>
  Math.ceil(requests * share + tolerance * Math.sqrt(requests * share * (1 - share)));
