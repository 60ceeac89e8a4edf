import {
  containment,
  holdsAllTraffic,
  kept,
  look,
  noFailure,
  onlyVersions,
  pipelineSays,
  pipelineSucceeded,
  plural,
  rolledBack,
  type Claim,
  type ReleaseFacts,
} from "./claims";
import type { ScenarioVerdict } from "./model";
import { canaryPeriod, endOf } from "./periods";

export type { Claim, ReleaseFacts } from "./claims";

/** - `safe`: a good release, of which no client noticed anything but the new version
 *  - `contained`: a bad release, of which only the canary's share of clients noticed, and only while it lasted
 *  - `untouched`: a release that had to end before any client could meet it */
export type Expectation = "safe" | "contained" | "untouched";

export interface Verdict {
  environment: string;
  /** The version that was released. */
  version: string;
  expectation: Expectation;
  /** `not exercised`: too little happened to say anything, which is never a success. */
  outcome: Expectation | "not safe" | "not contained" | "touched" | "not exercised";
  asExpected: boolean;
  claims: Claim[];
}

/** Whether a good release was safe: by the pipeline, by the version that clients got, and by what failed. */
export function judgeGood(facts: ReleaseFacts): Verdict {
  const seen = look(facts);
  const claims = [
    pipelineSucceeded(facts),
    holdsAllTraffic(facts, seen, facts.intended, endOf(facts.release)),
    noFailure(facts, seen),
    onlyVersions(seen, [facts.previous, facts.intended]),
    kept(facts, seen),
  ];
  return verdict(facts, "safe", "not safe", seen.length > 0, claims);
}

/**
 * Whether a bad release was contained. `canaryShare` is the fraction of production traffic that the deployment
 * configuration gave it; `next` is the verdict on the good release that came after it.
 */
export function judgeBad(facts: ReleaseFacts, canaryShare: number, next: Verdict | undefined): Verdict {
  const seen = look(facts);
  const canary = canaryPeriod(facts.release);
  const met = seen.filter(({ version }) => version === facts.intended);
  const back = canary?.to ?? endOf(facts.release);
  const claims = [
    {
      claim: "the canary had production traffic",
      holds: met.length > 0 && canary !== undefined,
      evidence: canary
        ? `${plural(met.length, "answer")} by ${facts.intended}`
        : "no deployment allowed traffic to it",
    },
    rolledBack(facts),
    holdsAllTraffic(facts, seen, facts.previous, back),
    ...containment(facts, seen, canary, canaryShare),
    {
      claim: "the next good release succeeds",
      holds: next?.outcome === "safe",
      evidence: next ? `${next.version} was ${next.outcome}` : "there was no next release",
    },
    kept(facts, seen),
  ];
  return verdict(facts, "contained", "not contained", met.length > 0 && canary !== undefined, claims);
}

/** Whether a release that had to fail early never met a client. */
export function judgeUntouched(facts: ReleaseFacts): Verdict {
  const seen = look(facts);
  const met = seen.filter(({ version }) => version === facts.intended).length;
  const { status } = facts.release;
  const claims = [
    {
      claim: "the pipeline did not release it",
      holds: status === "Failed" || status === "Stopped",
      evidence: pipelineSays(facts),
    },
    {
      claim: `no client was answered by ${facts.intended}`,
      holds: met === 0,
      evidence: `${met} of ${plural(seen.length, "answer")}`,
    },
    holdsAllTraffic(facts, seen, facts.previous, endOf(facts.release)),
    noFailure(facts, seen),
    kept(facts, seen),
  ];
  return verdict(facts, "untouched", "touched", seen.length > 0, claims);
}

/** A scenario went as expected when each of its releases did, and there was one. */
export function judgeScenario(releases: Verdict[]): ScenarioVerdict {
  return { releases, asExpected: releases.length > 0 && releases.every((release) => release.asExpected) };
}

/** Adds what else a scenario has to prove, such as the reason of a failed build. */
export function withClaims(verdict: Verdict, claims: Claim[]): Verdict {
  const asExpected = verdict.asExpected && claims.every(({ holds }) => holds);
  return { ...verdict, asExpected, claims: [...verdict.claims, ...claims] };
}

function verdict(
  { release, intended }: ReleaseFacts,
  expectation: Expectation,
  otherwise: Verdict["outcome"],
  exercised: boolean,
  claims: Claim[],
): Verdict {
  const asExpected = exercised && claims.every(({ holds }) => holds);
  const outcome = !exercised ? "not exercised" : asExpected ? expectation : otherwise;
  return { environment: release.environment, version: intended, expectation, outcome, asExpected, claims };
}
