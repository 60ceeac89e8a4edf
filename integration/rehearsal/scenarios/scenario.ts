import type { PastRelease, Rehearsal } from "../rehearsal";
import type { JudgedRelease } from "../verdict";

/** A rehearsal script: a good release, or one named fault. */
export interface Scenario {
  /** For the command line, file names and CI. */
  id: string;
  title: string;
  /** What it does and what should come of it, in a sentence or two. */
  description: string;
  /** Runs the releases. Judging comes later, when the clients have stopped and their recordings are there. */
  run(rehearsal: Rehearsal): Promise<Played>;
}

/** What a scenario did. */
export interface Played {
  releases: PastRelease[];
  judge(): Promise<JudgedRelease[]>;
}

/** For a release that must have reached production: says why when it has not. */
export function reached(release: PastRelease | undefined, staging: PastRelease): PastRelease {
  if (release && staging.timeline.status === "Succeeded") return release;
  const failed = staging.timeline.actions.find(({ status }) => status === "Failed");
  throw new Error(
    `the release ${staging.intended} did not reach production: ${staging.timeline.pipelineName} is ` +
      `${staging.timeline.status}${failed ? ` at ${failed.stage}: ${failed.error ?? "no reason given"}` : ""}`,
  );
}

/** Makes sure that a release of ours serves both environments: a fault is to be met by an old version of the service. */
export async function baseline(rehearsal: Rehearsal): Promise<PastRelease[]> {
  if (rehearsal.hasReleased) return [];
  const { staging, prod } = await rehearsal.release({ message: "The working tree" });
  return [staging, reached(prod, staging)];
}
