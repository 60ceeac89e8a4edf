import type { Rehearsal } from "../rehearsal";
import type { PastRelease } from "../release";
import { expecting, judge, type Claim, type JudgedRelease, type ReleaseOutcome } from "../verdict";

/** A rehearsal script: a good release, or one named fault. */
export interface Scenario {
  /** For the command line, file names and CI. */
  id: string;
  title: string;
  /** What it does and what should come of it, in a sentence or two. */
  description: string;
  /** A field of the service's definition without which it says nothing, and is not played. */
  needs?: "hook";
  /** A generic fault that it puts into a release: not every machine has each. */
  fault?: string;
  /**
   * Runs the releases, and gives them in their order with what has to become of each. One that a pipeline ended against
   * all expectation is the last. Judging comes later, when the clients have stopped and their recordings are there.
   */
  run(rehearsal: Rehearsal): Promise<Played[]>;
}

/** A release that was played, and what has to become of it. */
export interface Played {
  release: PastRelease;
  /** Any of these is right; the first is the best. */
  accepted: readonly [ReleaseOutcome, ...ReleaseOutcome[]];
  /** What else has to hold. */
  also?: Claim[];
  /** The good release after it, which has to succeed for it to be contained. */
  next?: Played;
}

export const succeeded = (release: PastRelease | undefined): release is PastRelease =>
  release?.timeline.status === "Succeeded";

/** For a release that has to be safe. */
export const good = (release: PastRelease): Played => ({ release, accepted: ["safe"] });

/** Releases a good commit: through staging, and through production if staging has promoted it. */
export async function releaseGood(rehearsal: Rehearsal, message: string): Promise<Played[]> {
  const { staging, prod } = await rehearsal.release({ message });
  return [good(staging), ...(prod ? [good(prod)] : [])];
}

/**
 * Makes sure that a release of ours serves both environments: a fault is to be met by an old version of the service. Where
 * it does not come so far, `hasReleased` of the rehearsal stays false.
 */
export const baseline = async (rehearsal: Rehearsal): Promise<Played[]> =>
  rehearsal.hasReleased ? [] : releaseGood(rehearsal, "The working tree");

/** Judges releases that were played. Stops the clients. */
export async function judgeAll(rehearsal: Rehearsal, played: readonly Played[]): Promise<JudgedRelease[]> {
  const verdictOf = async ({ release, accepted, also, next }: Played): Promise<JudgedRelease> => {
    const facts = await rehearsal.facts(release, next && (await verdictOf(next)));
    const verdict = judge(facts);
    return expecting(verdict, accepted, also);
  };
  return Promise.all(played.map(verdictOf));
}
