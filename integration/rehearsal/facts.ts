import type { Bound } from "./bound";
import { wallTime, type AwsMs, type ClockMapping, type ReleaseTimeline } from "./model";
import type { Verdict } from "./outcome";
import { canaryPeriod } from "./periods";
import { requestsBetween, type RecordedRequest, type Recording } from "./traffic/recording";

/** A release, and what the clients of its environment saw of it. Times are AWS time. */
export interface ReleaseFacts {
  service: string;
  release: ReleaseTimeline;
  /** The version that the release brings, and the one that held all traffic before it. */
  intended: string;
  previous: string;
  recording: Recording;
  clock: ClockMapping;
  /** From and up to when the clients are looked at: until the next release can touch them, or their end. */
  from: AwsMs;
  until: AwsMs;
  /** How busy this machine's processors were meanwhile; undefined where nobody knows. */
  busyPercent?: number;
  /** The percentage of requests that the team promises to answer well. */
  availabilityPercent: number;
  /** How many may meet it if it is bad. */
  bound: Bound;
  /** What became of the good release after it; absent when none came. */
  next?: Pick<Verdict, "version" | "outcome">;
}

/**
 * How much longer than the API says, in wall milliseconds, the canary may have had traffic: a listener changes before
 * or after its caller writes down the time, and requests under way keep the target that they were given.
 */
export const propagationMs = 100;

/** The requests that the release is judged by. */
export function look({ recording, clock, from, until }: ReleaseFacts): RecordedRequest[] {
  return [...requestsBetween(recording, wallTime(clock, from), wallTime(clock, until))];
}

export const failed = ({ outcome }: RecordedRequest) => outcome !== "ok";

/** How often the live version failed before the release, by what it answered itself. */
export function ownFailures({ recording, clock, from, previous }: ReleaseFacts): {
  failures: number;
  of: number;
} {
  let [failures, of] = [0, 0];
  for (const request of requestsBetween(recording, recording.startedAt, wallTime(clock, from))) {
    if (request.version !== previous) continue;
    of++;
    if (failed(request)) failures++;
  }
  return { failures, of };
}

/** Whether a request was under way while the candidate may have had production traffic. */
export function duringCanary({ release, clock }: ReleaseFacts): (request: RecordedRequest) => boolean {
  const canary = canaryPeriod(release);
  if (!canary) return () => false;
  const from = wallTime(clock, canary.from) - propagationMs;
  const to = wallTime(clock, canary.to) + propagationMs;
  return ({ scheduledAt, latencyMs }) => scheduledAt <= to && scheduledAt + latencyMs >= from;
}

/**
 * Whether a client met the candidate: it answered, or nobody is known to have answered, nothing came of it, and the
 * candidate may have had it.
 */
export function meeting(facts: ReleaseFacts): (request: RecordedRequest) => boolean {
  const during = duringCanary(facts);
  return (request) =>
    request.version === facts.intended || (request.version === "" && failed(request) && during(request));
}
