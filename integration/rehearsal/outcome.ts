/**
 * What became of a release.
 *
 * - `safe`: the candidate holds all traffic, and no customer is worse off than before
 * - `not safe`: the candidate holds traffic and customers are worse off; or customers were hurt without meeting it
 * - `stopped before customers`: something ended it before any customer met it, and none was worse off
 * - `contained`: customers met it within the bound, the live version holds all traffic again, and the next good
 *   release succeeds
 * - `rolled back`: the live version holds all traffic again, but it is not contained
 * - `not judged`: too little evidence, or a machine too busy to tell
 * - `not rehearsed`: left out
 */
export const releaseOutcomes = [
  "safe",
  "not safe",
  "stopped before customers",
  "contained",
  "rolled back",
  "not judged",
  "not rehearsed",
] as const;
export type ReleaseOutcome = (typeof releaseOutcomes)[number];

/** Something that may hold, whether it does, and the figures that say so. */
export interface Claim {
  claim: string;
  holds: boolean;
  evidence: string;
}

/** A part of a release, at the rate and speed at which it was judged. */
export interface JudgedPart {
  /** `before` its traffic, the `shift` of traffic to it, the `bake` while the old version still stands, and `after`. */
  part: "before" | "shift" | "bake" | "after";
  awsMs: number;
  /** How many times as fast as the wall clock AWS time ran. */
  speed: number;
  /** Requests a second of AWS time. */
  ratePerSecond: number;
  requests: number;
  /** Those that met the candidate, and those that failed. */
  met: number;
  failures: number;
}

/** What became of one release in one environment, judged without knowing what was expected. */
export interface Verdict {
  service: string;
  environment: string;
  /** The version that was released. */
  version: string;
  outcome: ReleaseOutcome;
  /** Why it is this outcome, in a sentence. */
  reason: string;
  claims: Claim[];
  parts: JudgedPart[];
}

/** A verdict beside what a scenario expected. */
export interface JudgedRelease extends Verdict {
  /** What came, if that is accepted; else the best of what is. */
  expected: ReleaseOutcome;
  /** Any of these is right. */
  accepted: readonly ReleaseOutcome[];
  asExpected: boolean;
}

/** A scenario's releases, in order: as expected when each of them is, and there is one. */
export interface ScenarioVerdict {
  asExpected: boolean;
  releases: JudgedRelease[];
}

/**
 * Holds a verdict against what a scenario expects of the release. `also` is what else has to hold, such as where and why
 * its build failed.
 */
export function expecting(
  verdict: Verdict,
  accepted: readonly [ReleaseOutcome, ...ReleaseOutcome[]],
  also: Claim[] = [],
): JudgedRelease {
  const expected = accepted.find((one) => one === verdict.outcome) ?? accepted[0];
  const asExpected = verdict.outcome === expected && also.every(({ holds }) => holds);
  return { ...verdict, claims: [...verdict.claims, ...also], expected, accepted, asExpected };
}

export function judgeScenario(releases: JudgedRelease[]): ScenarioVerdict {
  return { releases, asExpected: releases.length > 0 && releases.every((release) => release.asExpected) };
}

/** Why a release is not as expected: what became of it instead, or what else did not hold. */
export function unexpected({ asExpected, outcome, expected, reason, claims }: JudgedRelease): string[] {
  if (asExpected) return [];
  if (outcome !== expected) return [reason];
  return claims.filter(({ holds }) => !holds).map(({ claim, evidence }) => `not so: ${claim} (${evidence})`);
}
