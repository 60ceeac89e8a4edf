import type { Change } from "../commits";
import { ServiceFileError, type Incident } from "../incidents/incident";
import { parseFault } from "../../local-aws/core/faults";
import { canaryPeriod } from "../periods";
import type { Rehearsal } from "../rehearsal";
import type { PastRelease } from "../release";
import type { Claim } from "../verdict";
import { baseline, good, releaseGood, succeeded, type Played, type Scenario } from "./scenario";

/**
 * What an incident's release has to become, by what it does to the working tree or to production's candidate.
 * @param seed orders which requests meet its fault
 */
export function incidentScenario(
  incident: Omit<Incident, "outcome" | "played"> & { accepted: Played["accepted"] },
  change?: Change,
  seed?: number,
): Scenario {
  const { id, title, description, accepted } = incident;
  const bad = (release: PastRelease, next?: Played): Played => ({
    release,
    accepted,
    also: claims(incident, release),
    next,
  });
  return {
    id,
    title,
    description,
    fault: incident.fault,
    async run(rehearsal) {
      const before = await baseline(rehearsal);
      if (!rehearsal.hasReleased) return before;
      const { version, staging } = await rehearsal.releaseToStaging({ message: title, change });
      if (!succeeded(staging)) return [...before, bad(staging), ...(await releaseGood(rehearsal, "Mended"))];
      const undo = incident.fault === undefined ? undefined : await inject(rehearsal, incident.fault, seed);
      // The team works on while production decides: the fix goes through staging meanwhile.
      const deciding = rehearsal.releaseToProd(version).finally(() => undo?.());
      const fixing = rehearsal.releaseToStaging({ message: "Mended" });
      const [prod, fix] = await Promise.all([deciding, fixing]);
      if (!succeeded(fix.staging)) return [...before, good(staging), bad(prod), good(fix.staging)];
      const next = good(await rehearsal.releaseToProd(fix.version));
      return [...before, good(staging), bad(prod, next), good(fix.staging), next];
    },
  };
}

/** The text of a fault, if it is one. @throws naming where it stands and what is allowed */
export function checkedFault(fault: string, where: string): string {
  try {
    parseFault(fault);
    return fault;
  } catch (error) {
    throw new ServiceFileError(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** A generic fault of production's candidate: it must not be safe, nor stay. */
export const faultScenario = (fault: string, seed?: number): Scenario =>
  incidentScenario(
    {
      id: "fault",
      title: `A release with a fault: ${fault}`,
      description:
        "It passes in staging; production's candidate has the fault. It must be taken back, and the next good release must succeed.",
      accepted: ["contained", "rolled back", "stopped before customers"],
      fault,
    },
    undefined,
    seed,
  );

/** Puts a generic fault into the image that staging has just been released; production's candidate is made from it. */
async function inject(rehearsal: Rehearsal, fault: string, seed?: number): Promise<() => void> {
  const image = await rehearsal.runningImage("staging");
  const imageDigest = image.split("@")[1];
  if (imageDigest === undefined)
    throw new Error(`staging runs ${image}, which has no digest to put a fault into`);
  const { account } = rehearsal.environments.prod.identity;
  return rehearsal.local.faults.inject({ imageDigest, account }, parseFault(fault), { seed });
}

/** Where the release ended, when the incident says where. */
export function claims({ ends }: Pick<Incident, "ends">, { timeline }: PastRelease): Claim[] {
  if (!ends) return [];
  const failed = timeline.actions.find(({ status }) => status === "Failed");
  return [
    {
      claim: `the release ends at ${ends.stage}, and says why`,
      holds: failed?.stage === ends.stage && (ends.says?.test(failed.error ?? "") ?? true),
      evidence: `${failed?.stage ?? "it did not fail"}: ${failed?.error ?? ""}`,
    },
    {
      claim: "no production traffic was allowed to it",
      holds: canaryPeriod(timeline) === undefined,
      evidence: ends.stage,
    },
  ];
}
