import type { LocalAws } from "../local-aws/local-aws";
import type { AwsMs } from "./model";
import type { Progress } from "./progress";
import type { Rehearsal } from "./rehearsal";
import type { Played, Scenario } from "./scenarios/scenario";

/** A scenario of a service, when it has been played. */
export interface Run {
  rehearsal: Rehearsal;
  scenario: Scenario;
  from: AwsMs;
  to: AwsMs;
  played?: Played[];
  couldNotRun?: string;
}

/**
 * Plays a service's scenarios one after the other, until one could not run or no release of it has come to production.
 * @param goOn plays the next one where one could not run
 */
export async function playAll(
  rehearsal: Rehearsal,
  scenarios: readonly Scenario[],
  local: LocalAws,
  progress: Progress,
  goOn = false,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const scenario of scenarios) {
    progress.step(`${rehearsal.service}: ${scenario.title}: ${scenario.description}`);
    const from = rehearsal.now();
    try {
      const played = await Promise.race([scenario.run(rehearsal), local.failed]);
      runs.push({ rehearsal, scenario, from, to: rehearsal.now(), played });
      if (!rehearsal.hasReleased) break;
    } catch (error) {
      const couldNotRun = error instanceof Error ? error.message : String(error);
      runs.push({ rehearsal, scenario, from, to: rehearsal.now(), couldNotRun });
      progress.fail(`${rehearsal.service}: ${scenario.title}: could not run: ${couldNotRun}`);
      if (!goOn) break;
    }
  }
  return runs;
}
