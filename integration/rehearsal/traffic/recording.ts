import type { RateSegment } from "./rate";

/**
 * How a request ended, as its client saw it.
 *
 * - `ok`: the expected status, and a body that passed its check
 * - `error`: another status than expected
 * - `wrong`: the expected status, but a body that did not pass its check
 * - `refused`: no connection could be made
 * - `reset`: the connection ended before an answer began
 * - `timeout`: no complete answer in time
 * - `lost`: an answer began and was cut off, or nothing was known about the request when the recording ended
 */
export const outcomes = ["ok", "error", "wrong", "refused", "reset", "timeout", "lost"] as const;
export type Outcome = (typeof outcomes)[number];

/** Who put the version into an answer. */
export type VersionNamer = "service" | "load balancer";

/** A request whose sending was later than this, in wall milliseconds, counts as sent late. */
export const lateAfterMs = 50;

/** What the clients of one listener saw, column by column. Index i is the i-th request in scheduled order. */
export interface Recording {
  /** Whose clients: the environment, e.g. `prod`. */
  name: string;
  origin: string;
  /** What they were to send, oldest first. */
  rates: RateSegment[];
  /** When the first request was due and when sending ended: wall clock, epoch milliseconds. */
  startedAt: number;
  endedAt: number;
  /** What ended the sending: a call of `stop`, or the limit in time or count. */
  endedBy: "stop" | "limit";
  count: number;
  /** When each request was due: wall clock, epoch milliseconds with fractions. */
  scheduledAt: Float64Array;
  /** From the due time to the outcome, in wall milliseconds: a late or queued send is in it. */
  latencyMs: Float32Array;
  /** How much later than due it was sent, in wall milliseconds. */
  lateMs: Float32Array;
  /** HTTP status; 0 without an answer. */
  status: Uint16Array;
  /** Index into `outcomes`. */
  outcome: Uint8Array;
  /** Index into `versions`. */
  version: Uint16Array;
  /** Index into `templates`. */
  template: Uint16Array;
  /** Versions in the order in which they first answered; the first one is "", for answers that named none. */
  versions: string[];
  /** What the requests were: method and path template, which is all that is kept of them. */
  templates: string[];
  /** Answers by who named their version: the service, or the load balancer, as a service that names none gets it. */
  versionNamedBy: Record<VersionNamer, number>;
  /** Requests that were sent more than `lateAfterMs` after they were due: the generator could not keep its rate. */
  lateSends: number;
  maxLateMs: number;
  /** What went wrong, in the words of the client, with how often; a bounded sample. */
  problems: Record<string, number>;
  /** Moments that were marked: wall clock, epoch milliseconds. */
  marks: { label: string; at: number }[];
}

/** One request of a recording. */
export interface RecordedRequest {
  scheduledAt: number;
  latencyMs: number;
  lateMs: number;
  status: number;
  outcome: Outcome;
  /** "" when the answer named no version, or there was none. */
  version: string;
  template: string;
}

export function requestAt(recording: Recording, index: number): RecordedRequest {
  return {
    scheduledAt: recording.scheduledAt[index] ?? NaN,
    latencyMs: recording.latencyMs[index] ?? NaN,
    lateMs: recording.lateMs[index] ?? NaN,
    status: recording.status[index] ?? 0,
    outcome: outcomes[recording.outcome[index] ?? outcomes.length - 1] ?? "lost",
    version: recording.versions[recording.version[index] ?? 0] ?? "",
    template: recording.templates[recording.template[index] ?? 0] ?? "",
  };
}

/** The requests that were due in [from, to), wall clock in epoch milliseconds, in scheduled order. */
export function* requestsBetween(recording: Recording, from: number, to: number): Generator<RecordedRequest> {
  for (let i = lowerBound(recording, from); i < recording.count; i++) {
    if ((recording.scheduledAt[i] ?? Infinity) >= to) return;
    yield requestAt(recording, i);
  }
}

// Requests are recorded in scheduled order, so that a period is found by halving.
function lowerBound(recording: Recording, at: number): number {
  let [low, high] = [0, recording.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((recording.scheduledAt[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The value below which a fraction of the sorted values lies (nearest rank); undefined without values. */
export function percentile(sorted: ArrayLike<number>, fraction: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)];
}
