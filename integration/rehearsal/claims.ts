import { awsTime, wallTime, type AwsMs, type ClockMapping, type ReleaseTimeline } from "./model";
import {
  lateAfterMs,
  outcomes,
  requestsBetween,
  type RecordedRequest,
  type Recording,
} from "./traffic/recording";

/** Something that must hold, whether it does, and the figures that say so. */
export interface Claim {
  claim: string;
  holds: boolean;
  evidence: string;
}

/** A release, and what the clients of its environment saw of it. Times are AWS time. */
export interface ReleaseFacts {
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
}

/** Fewer requests than this at the end of a release prove nothing about who holds the traffic. */
export const fewestRequests = 100;
/**
 * Clients that sent fewer than this fraction of their rate, or more than `mostLate` of it late, were not open-loop. A
 * late send is no loss, since its latency counts from its due time; many of them say that this machine is too slow.
 */
const fewestOfRate = 0.95;
const mostLate = 0.1;
/** Clients that do not quite keep their rate are watched for long enough as well. */
const watchSlack = 1.2;
/**
 * How much longer than the API says, in wall milliseconds, the canary may have had traffic: a listener changes before
 * or after its caller writes down the time, and requests under way keep the target that they were given.
 */
export const propagationMs = 100;
/** Standard deviations that a random share may lie above its mean: 1 in 30 000 releases exceeds it by chance. */
const tolerance = 4;

/** The requests that the release is judged by. */
export function look({ recording, clock, from, until }: ReleaseFacts): RecordedRequest[] {
  return [...requestsBetween(recording, wallTime(clock, from), wallTime(clock, until))];
}

/** How long after a deployment's end, in wall milliseconds, clients have to go on for `holdsAllTraffic` to be said. */
export const watchMs = (ratePerSecond: number): number =>
  propagationMs + (fewestRequests * watchSlack * 1000) / ratePerSecond;

export function kept({ recording, clock, from, until }: ReleaseFacts, seen: RecordedRequest[]): Claim {
  const wallSeconds = (until - from) / clock.speed / 1000;
  const due = wallSeconds * recording.ratePerSecond;
  const late = seen.filter(({ lateMs }) => lateMs > lateAfterMs).length;
  const rate = wallSeconds > 0 ? seen.length / wallSeconds : 0;
  return {
    claim: "clients kept sending all the time",
    holds:
      seen.length >= fewestRequests && seen.length >= due * fewestOfRate && late <= seen.length * mostLate,
    evidence:
      `${plural(seen.length, "request")} in ${wallSeconds.toFixed(1)} s, ${rate.toFixed(0)} of ` +
      `${recording.ratePerSecond} a second; ${late} sent late (by ${recording.maxLateMs.toFixed(0)} ms at most)`,
  };
}

export function pipelineSays({ release }: ReleaseFacts): string {
  const failed = release.actions.find(({ status }) => status === "Failed");
  const where = failed ? `, at ${failed.stage}${failed.error ? `: ${failed.error}` : ""}` : "";
  return `${release.pipelineName}: ${release.status}${where}`;
}

export function pipelineSucceeded(facts: ReleaseFacts): Claim {
  return {
    claim: "the pipeline says released",
    holds: facts.release.status === "Succeeded",
    evidence: pipelineSays(facts),
  };
}

export function rolledBack(facts: ReleaseFacts): Claim {
  const { status, actions } = facts.release;
  const deployment = actions.find((action) => action.deployment)?.deployment;
  const back = deployment?.rollbackDeploymentId;
  return {
    claim: "the deployment says rolled back, and the pipeline failed",
    holds: status === "Failed" && back !== undefined,
    evidence:
      `${pipelineSays(facts)}; ` +
      (deployment
        ? `${deployment.deploymentId} ${deployment.status}, ${back ? `rolled back by ${back}` : "not rolled back"}`
        : "no deployment"),
  };
}

export function holdsAllTraffic(
  { clock }: ReleaseFacts,
  seen: RecordedRequest[],
  version: string,
  end: AwsMs,
): Claim {
  const from = wallTime(clock, end) + propagationMs;
  const after = seen.filter(({ scheduledAt }) => scheduledAt >= from);
  const by = after.filter((request) => request.version === version).length;
  const others = [...new Set(after.map((request) => request.version))].filter((other) => other !== version);
  const named = others.map((other) => other || "nobody").join(", ");
  return {
    claim: `${version} holds all traffic at the end`,
    holds: after.length >= fewestRequests && by === after.length,
    evidence:
      `${by} of ${plural(after.length, "request")} after the deployment` +
      (named ? `; the others by ${named}` : "") +
      (after.length < fewestRequests ? `; at least ${fewestRequests} are needed` : ""),
  };
}

const failed = ({ outcome }: RecordedRequest) => outcome !== "ok";

/** That nothing failed; who reads of timeouts is told how busy the machine was, as they may be its own. */
export function noFailure({ busyPercent }: ReleaseFacts, seen: RecordedRequest[]): Claim {
  const failures = seen.filter(failed);
  const machine =
    busyPercent !== undefined && failures.some(({ outcome }) => outcome === "timeout")
      ? `; this machine's processors were ${busyPercent} % busy: with --rate, clients leave more of them to the rest`
      : "";
  return {
    claim: "no client saw a failure",
    holds: seen.length > 0 && failures.length === 0,
    evidence: `${failures.length} of ${plural(seen.length, "request")} failed${byOutcome(failures)}${machine}`,
  };
}

function byOutcome(failures: RecordedRequest[]): string {
  const counts = outcomes.map((outcome) => [
    outcome,
    failures.filter((one) => one.outcome === outcome).length,
  ]);
  const some = counts.filter(([, count]) => count !== 0).map(([outcome, count]) => `${count} ${outcome}`);
  return some.length > 0 ? ` (${some.join(", ")})` : "";
}

export function onlyVersions(seen: RecordedRequest[], versions: string[]): Claim {
  const strange = seen.filter(({ version, status }) => status > 0 && !versions.includes(version));
  const names = [...new Set(strange.map(({ version }) => version || "(unnamed)"))].join(", ");
  return {
    claim: "every answer came from the old or the new version",
    holds: seen.length > 0 && strange.length === 0,
    evidence: strange.length === 0 ? versions.join(" or ") : `${strange.length} came from ${names}`,
  };
}

/** That failures stayed with the canary: in its time, by its version, and no more than its share. */
export function containment(
  { clock, intended }: ReleaseFacts,
  seen: RecordedRequest[],
  canary: { from: AwsMs; to: AwsMs } | undefined,
  share: number,
): Claim[] {
  const failures = seen.filter(failed);
  const from = canary ? wallTime(clock, canary.from) - propagationMs : Infinity;
  const to = canary ? wallTime(clock, canary.to) + propagationMs : -Infinity;
  const underWay = ({ scheduledAt, latencyMs }: RecordedRequest) =>
    scheduledAt <= to && scheduledAt + latencyMs >= from;
  const outside = failures.filter((request) => !underWay(request));
  const by = failures.filter(({ version }) => version === intended).length;
  const meanwhile = seen.filter(underWay).length;
  const limit = shareLimit(meanwhile, share);
  const met = seen.filter(({ version }) => version === intended).length;
  const lasted = canary ? (canary.to - canary.from) / 1000 : 0;
  return [
    {
      claim: "clients met the fault",
      holds: by > 0,
      evidence: `${plural(by, "failure")} by ${intended}`,
    },
    {
      claim: "failures lie only in the time in which the canary had traffic",
      holds: outside.length === 0,
      evidence:
        `${outside.length} of ${plural(failures.length, "failure")} outside of ${lasted.toFixed(0)} s of AWS time` +
        firstOf(outside, clock),
    },
    {
      claim: "only answers of the new version failed",
      holds: by === failures.length,
      evidence: `${by} of ${plural(failures.length, "failure")} by ${intended}${byOutcome(failures)}`,
    },
    {
      claim: "no more clients met the canary than its share",
      holds: met <= limit && failures.length <= limit,
      evidence:
        `${plural(met, "answer")} by it, ${plural(failures.length, "failure")}, of ${meanwhile} requests ` +
        `meanwhile; ${+(share * 100).toFixed(2)} % with tolerance are ${limit}`,
    },
  ];
}

/**
 * How many of `requests` a share may get: its mean, and four standard deviations of a binomial distribution, since a
 * load balancer picks at random; rounded up.
 */
export const shareLimit = (requests: number, share: number): number =>
  Math.ceil(requests * share + tolerance * Math.sqrt(requests * share * (1 - share)));

function firstOf([first]: RecordedRequest[], clock: ClockMapping): string {
  if (!first) return "";
  const at = new Date(awsTime(clock, first.scheduledAt)).toISOString();
  return `; the first at ${at}, by ${first.version || "nobody"}: ${first.outcome} ${first.status || ""}`.trimEnd();
}

export const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
