import { shareLimit } from "./bound";
import { failed, ownFailures, propagationMs, type ReleaseFacts } from "./facts";
import { wallBetween, wallTime } from "./model";
import type { Claim } from "./outcome";
import { endOf } from "./periods";
import { dueBetween } from "./traffic/rate";
import { lateAfterMs, outcomes, type RecordedRequest } from "./traffic/recording";

/**
 * Fewer requests than this prove nothing about a version or about who holds the traffic: of a fault that hits one in
 * twenty, 150 requests miss every trace once in 2000 times.
 */
export const fewestRequests = 150;
/**
 * Clients that sent fewer than this fraction of their rate, or more than `mostLate` of it late, were not open-loop. A
 * late send is no loss, since its latency counts from its due time; many of them say that this machine is too slow.
 */
const fewestOfRate = 0.95;
const mostLate = 0.1;
/** Clients that do not quite keep their rate are watched for long enough as well. */
const watchSlack = 1.2;

/** How many requests have to be due after a deployment's end, and `propagationMs` more, for `holdsAllTraffic` to be said. */
export const watchedRequests = fewestRequests * watchSlack;

/** That there is evidence: without it, nothing is judged. */
export function kept(
  { recording, clock, from, until, busyPercent }: ReleaseFacts,
  seen: RecordedRequest[],
): Claim {
  const wallSeconds = wallBetween(clock, from, until) / 1000;
  const due = dueBetween(recording.rates, wallTime(clock, from), wallTime(clock, until));
  const late = seen.filter(({ lateMs }) => lateMs > lateAfterMs).length;
  const holds =
    seen.length >= fewestRequests && seen.length >= due * fewestOfRate && late <= seen.length * mostLate;
  return {
    claim: "clients kept sending all the time",
    holds,
    evidence:
      `${plural(seen.length, "request")} in ${wallSeconds.toFixed(1)} s, of ${due.toFixed(0)} that were due; ${late} sent late (by ${recording.maxLateMs.toFixed(0)} ms at most)` +
      (seen.length < fewestRequests ? `; at least ${fewestRequests} are needed` : "") +
      (holds ? "" : busy(busyPercent)),
  };
}

const busy = (percent: number | undefined) =>
  percent === undefined
    ? ""
    : `; this machine's processors were ${percent} % busy: with --rate, clients leave more of them to the rest`;

export function pipelineSays({ release }: ReleaseFacts): string {
  const step = release.actions.find(({ status }) => status === "Failed");
  const where = step ? `, at ${step.stage}${step.error ? `: ${step.error}` : ""}` : "";
  return `${release.pipelineName}: ${release.status}${where}`;
}

/** What pipeline and deployment say became of a release that did not succeed. */
export function endedByItself(facts: ReleaseFacts): Claim {
  const { status, actions } = facts.release;
  const deployment = actions.find((action) => action.deployment)?.deployment;
  const back = deployment?.rollbackDeploymentId;
  return {
    claim: "the pipeline did not release it",
    holds: status !== "Succeeded",
    evidence:
      pipelineSays(facts) +
      (deployment
        ? `; ${deployment.deploymentId} ${deployment.status}, ${back ? `rolled back by ${back}` : "not rolled back"}`
        : ""),
  };
}

/** Who answers after the deployment. `others` are answers of somebody else, `enough` whether there were enough to say. */
export function holdsAllTraffic(
  { clock, release }: ReleaseFacts,
  seen: RecordedRequest[],
  version: string,
): Claim & { others: number; enough: boolean } {
  const from = wallTime(clock, endOf(release)) + propagationMs;
  const after = seen.filter(({ scheduledAt }) => scheduledAt >= from);
  const by = after.filter((request) => request.version === version).length;
  // What failed without a name was nobody's; it counts as a failure.
  const strange = after.filter(
    (request) => request.version !== version && !(request.version === "" && failed(request)),
  );
  const named = [...new Set(strange.map((request) => request.version || "nobody"))].join(", ");
  const enough = after.length >= fewestRequests && by > 0;
  return {
    claim: `${version} holds all traffic at the end`,
    holds: enough && strange.length === 0,
    others: strange.length,
    enough,
    evidence:
      `${by} of ${plural(after.length, "request")} after the deployment` +
      (named ? `; the others by ${named}` : "") +
      (after.length < fewestRequests ? `; at least ${fewestRequests} are needed` : ""),
  };
}

/**
 * That no customer is worse off than before: nothing failed beyond what the live version's own rate explains, and none
 * beyond what the team promises, of all requests and of the candidate's. `timeoutsOnly` says that it may be this
 * machine's doing.
 */
export function noWorse(facts: ReleaseFacts, seen: RecordedRequest[]): Claim & { timeoutsOnly: boolean } {
  const own = ownFailures(facts);
  const promised = 1 - facts.availabilityPercent / 100;
  const share = own.of > 0 ? Math.min(own.failures / own.of, promised) : 0;
  const allowed = (requests: number) => (share > 0 ? shareLimit(requests, share) : 0);
  const failures = seen.filter(failed);
  const met = seen.filter(({ version }) => version === facts.intended);
  const metFailed = met.filter(failed);
  const holds = failures.length <= allowed(seen.length) && metFailed.length <= allowed(met.length);
  const timeoutsOnly = failures.every(({ outcome }) => outcome === "timeout");
  return {
    claim: "no client saw a failure that the live version's own rate does not explain",
    holds,
    timeoutsOnly,
    evidence:
      `${failures.length} of ${plural(seen.length, "request")} failed${byOutcome(failures)}` +
      (own.failures > 0
        ? `, ${metFailed.length} of ${met.length} by ${facts.intended}; before, ${facts.previous} failed ` +
          `${own.failures} of ${own.of}; within the objective of ${facts.availabilityPercent} %, that explains ` +
          `${allowed(seen.length)} and ${allowed(met.length)}`
        : "") +
      (failures.some(({ outcome }) => outcome === "timeout") ? busy(facts.busyPercent) : ""),
  };
}

export function byOutcome(failures: RecordedRequest[]): string {
  const counts = outcomes.map((outcome) => [
    outcome,
    failures.filter((one) => one.outcome === outcome).length,
  ]);
  const some = counts.filter(([, count]) => count !== 0).map(([outcome, count]) => `${count} ${outcome}`);
  return some.length > 0 ? ` (${some.join(", ")})` : "";
}

export function onlyVersions({ previous, intended }: ReleaseFacts, seen: RecordedRequest[]): Claim {
  const versions = [previous, intended];
  const strange = seen.filter(
    (request) =>
      request.status > 0 &&
      !versions.includes(request.version) &&
      !(request.version === "" && failed(request)),
  );
  const names = [...new Set(strange.map(({ version }) => version || "(unnamed)"))].join(", ");
  return {
    claim: "every answer came from the old or the new version",
    holds: strange.length === 0,
    evidence: strange.length === 0 ? versions.join(" or ") : `${strange.length} came from ${names}`,
  };
}

export const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
