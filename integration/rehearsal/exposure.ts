import { shareLimit } from "./bound";
import { byOutcome, plural } from "./claims";
import { failed, meeting, ownFailures, propagationMs, type ReleaseFacts } from "./facts";
import { awsTime, wallTime, type AwsMs, type ClockMapping } from "./model";
import type { Claim } from "./outcome";
import { canaryPeriod } from "./periods";
import type { RecordedRequest } from "./traffic/recording";

/** That only those who met the candidate were hurt, or nobody was. */
export function onlyMeetingHurt(
  facts: ReleaseFacts,
  seen: RecordedRequest[],
): Claim & { timeoutsOnly: boolean } {
  const met = meeting(facts);
  const own = ownFailures(facts);
  const elsewhere = seen.filter((request) => !met(request));
  const failures = elsewhere.filter(failed);
  const allowed = own.failures > 0 ? shareLimit(elsewhere.length, own.failures / own.of) : 0;
  return {
    claim: "nobody was hurt without meeting it",
    holds: failures.length <= allowed,
    timeoutsOnly: failures.every(({ outcome }) => outcome === "timeout"),
    evidence:
      `${failures.length} of ${plural(elsewhere.length, "other request")} failed${byOutcome(failures)}` +
      (allowed > 0 ? `; ${allowed} are explained by ${facts.previous}'s own rate` : "") +
      firstOf(failures, facts.clock),
  };
}

/** That those who met the candidate stayed within its bound, in time and in number. */
export function withinBound(facts: ReleaseFacts, seen: RecordedRequest[]): Claim[] {
  const { clock, bound, intended, release } = facts;
  const canary = canaryPeriod(release);
  const met = seen.filter(meeting(facts));
  const from = canary ? wallTime(clock, canary.from) - propagationMs : Infinity;
  const to = canary ? wallTime(clock, canary.from + bound.lastsMs) + propagationMs : -Infinity;
  const late = met.filter(({ scheduledAt }) => scheduledAt > to);
  const ended = canary ? wallTime(clock, canary.to) + propagationMs : -Infinity;
  const meanwhile = seen.filter(
    ({ scheduledAt, latencyMs }) => scheduledAt <= Math.min(to, ended) && scheduledAt + latencyMs >= from,
  ).length;
  const limit = shareLimit(meanwhile, bound.share);
  const failures = met.filter(failed);
  return [
    {
      claim: "it was not released to all at once",
      holds: bound.share < 1,
      evidence: `its first share of the traffic is ${percent(bound.share)}`,
    },
    {
      claim: "it was met only in the time of its bound",
      holds: canary !== undefined && late.length === 0,
      evidence:
        `${late.length} of ${plural(met.length, "request")} met ${intended} later than ` +
        `${asSeconds(bound.lastsMs)} after its first traffic; it had traffic for ` +
        asSeconds(canary ? canary.to - canary.from : 0),
    },
    {
      claim: "no more met it than its share",
      holds: met.length <= limit,
      evidence:
        `${plural(met.length, "request")} met it and ${failures.length} failed${byOutcome(failures)}, of ` +
        `${meanwhile} meanwhile; ${percent(bound.share)} with tolerance are ${limit}`,
    },
  ];
}

export function nextSucceeds({ next }: ReleaseFacts): Claim {
  return {
    claim: "the next good release succeeds",
    holds: next?.outcome === "safe",
    evidence: next ? `${next.version} was ${next.outcome}` : "there was no next release",
  };
}

const percent = (share: number) => `${+(share * 100).toFixed(2)} %`;
const asSeconds = (ms: AwsMs) => `${(ms / 1000).toFixed(0)} s of AWS time`;

function firstOf([first]: RecordedRequest[], clock: ClockMapping): string {
  if (!first) return "";
  const at = new Date(awsTime(clock, first.scheduledAt)).toISOString();
  return `; the first at ${at}, by ${first.version || "nobody"}: ${first.outcome} ${first.status || ""}`.trimEnd();
}
