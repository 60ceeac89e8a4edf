import { endedByItself, holdsAllTraffic, kept, noWorse, onlyVersions, pipelineSays, plural } from "./claims";
import { nextSucceeds, onlyMeetingHurt, withinBound } from "./exposure";
import { look, meeting, type ReleaseFacts } from "./facts";
import type { Claim, ReleaseOutcome, Verdict } from "./outcome";
import { partsOf } from "./parts";
import { canaryPeriod } from "./periods";
import type { RecordedRequest } from "./traffic/recording";

export type { ReleaseFacts } from "./facts";
export {
  expecting,
  judgeScenario,
  type Claim,
  type JudgedRelease,
  type ReleaseOutcome,
  type Verdict,
} from "./outcome";

/** An outcome with its reason. Rules are asked in order: the first that gives one decides. */
type Decision = [ReleaseOutcome, string];
type Judgement = { claims: Claim[]; rules: (Decision | false)[]; otherwise: Decision };

/**
 * What became of a release, from what pipeline and clients say of it, whatever somebody expects. Failures that clients
 * saw weigh even where there is too little evidence for anything good; timeouts alone may be a slow machine's.
 */
export function judge(facts: ReleaseFacts): Verdict {
  const seen = look(facts);
  const { claims, rules, otherwise } =
    facts.release.status === "Succeeded"
      ? released(facts, seen)
      : canaryPeriod(facts.release)
        ? takenBack(facts, seen)
        : stopped(facts, seen);
  const [outcome, reason] = rules.find((rule) => rule !== false) ?? otherwise;
  return {
    service: facts.service,
    environment: facts.release.environment,
    version: facts.intended,
    outcome,
    reason,
    claims: claims.map(({ claim, holds, evidence }) => ({ claim, holds, evidence })),
    parts: partsOf(facts, seen),
  };
}

/** From here on, timeouts alone are as likely this machine's doing as the candidate's. */
const busyFromPercent = 95;

function tooBusy(
  { busyPercent = 0 }: ReleaseFacts,
  { holds, timeoutsOnly, evidence }: Claim & { timeoutsOnly: boolean },
): Decision | false {
  return !holds && timeoutsOnly && busyPercent >= busyFromPercent && ["not judged", evidence];
}

/** The pipeline says that the candidate is released. */
function released(facts: ReleaseFacts, seen: RecordedRequest[]): Judgement {
  const { intended } = facts;
  const says = { claim: "the pipeline says released", holds: true, evidence: pipelineSays(facts) };
  const holds = holdsAllTraffic(facts, seen, intended);
  const unhurt = noWorse(facts, seen);
  const versions = onlyVersions(facts, seen);
  const watched = kept(facts, seen);
  const met = seen.filter((request) => request.version === intended).length;
  // An alarm that goes off in a deployment would have stopped it.
  const unseen = `${unhurt.evidence}; no alarm stopped it`;
  return {
    claims: [says, holds, unhurt, versions, watched],
    rules: [
      !unhurt.holds && !unhurt.timeoutsOnly && ["not safe", unseen],
      met === 0 && ["not judged", `none of ${plural(seen.length, "request")} met ${intended}`],
      holds.others > 0 && ["not safe", `it does not hold all traffic: ${holds.evidence}`],
      !versions.holds && ["not safe", `somebody else answered as well: ${versions.evidence}`],
      !watched.holds && ["not judged", watched.evidence],
      tooBusy(facts, unhurt),
      !unhurt.holds && ["not safe", unseen],
      !holds.enough && ["not judged", `too few requests: ${holds.evidence}`],
    ],
    otherwise: ["safe", `${intended} holds all traffic, and nobody is worse off: ${unhurt.evidence}`],
  };
}

/** It had production traffic, and the pipeline did not succeed. */
function takenBack(facts: ReleaseFacts, seen: RecordedRequest[]): Judgement {
  const { intended, previous } = facts;
  const back = holdsAllTraffic(facts, seen, previous);
  const others = onlyMeetingHurt(facts, seen);
  const bound = withinBound(facts, seen);
  const next = nextSucceeds(facts);
  const watched = kept(facts, seen);
  const met = seen.filter(meeting(facts)).length;
  const beyond = [...bound, next].find((claim) => !claim.holds);
  return {
    claims: [endedByItself(facts), back, others, ...bound, next, watched],
    rules: [
      back.others > 0 && ["not safe", `${previous} does not hold all traffic again: ${back.evidence}`],
      !others.holds && !others.timeoutsOnly && ["not safe", `hurt without meeting it: ${others.evidence}`],
      met === 0 && ["not judged", `none of ${plural(seen.length, "request")} met ${intended}`],
      !watched.holds && ["not judged", watched.evidence],
      tooBusy(facts, others),
      !others.holds && ["not safe", `hurt without meeting it: ${others.evidence}`],
      !back.enough && ["not judged", `too few requests: ${back.evidence}`],
      beyond !== undefined && ["rolled back", `not so: ${beyond.claim} (${beyond.evidence})`],
    ],
    otherwise: ["contained", `${plural(met, "request")} met it, within its bound; ${next.evidence}`],
  };
}

/** It ended before production traffic was allowed to it. */
function stopped(facts: ReleaseFacts, seen: RecordedRequest[]): Judgement {
  const { intended, previous } = facts;
  const met = seen.filter(({ version }) => version === intended).length;
  const unmet = {
    claim: `no client was answered by ${intended}`,
    holds: met === 0,
    evidence: `${met} of ${plural(seen.length, "answer")}`,
  };
  const still = holdsAllTraffic(facts, seen, previous);
  const unhurt = noWorse(facts, seen);
  const watched = kept(facts, seen);
  return {
    claims: [endedByItself(facts), unmet, still, unhurt, watched],
    rules: [
      !unhurt.holds && !unhurt.timeoutsOnly && ["not safe", `hurt without meeting it: ${unhurt.evidence}`],
      still.others > 0 && ["not safe", `${previous} does not hold all traffic: ${still.evidence}`],
      met > 0 && ["rolled back", `no traffic was allowed to it, and yet it answered ${unmet.evidence}`],
      !watched.holds && ["not judged", watched.evidence],
      tooBusy(facts, unhurt),
      !unhurt.holds && ["not safe", `hurt without meeting it: ${unhurt.evidence}`],
      !still.enough && ["not judged", `too few requests: ${still.evidence}`],
    ],
    otherwise: ["stopped before customers", pipelineSays(facts)],
  };
}
