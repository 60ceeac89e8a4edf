import type { Change } from "../commits";
import { ServiceFileError, type Expected, type Incident } from "../incidents/incident";
import { parseFault } from "../../local-aws/core/faults";
import { canaryPeriod } from "../periods";
import type { PastRelease, Rehearsal } from "../rehearsal";
import { expecting, judge, type Claim, type Verdict } from "../verdict";
import { baseline, reached, type Scenario } from "./scenario";

/** What an incident's release has to become, by what it does to the working tree or to production's candidate. */
export function incidentScenario(
  incident: Omit<Incident, "outcome"> & { outcome: Expected | readonly Expected[] },
  change?: Change,
): Scenario {
  const { id, title, description } = incident;
  const accepted = [incident.outcome].flat();
  // Where several are right, the one that came; else the one that is best.
  const held = (verdict: Verdict, also: Claim[]) =>
    expecting(verdict, accepted.find((one) => one === verdict.outcome) ?? accepted[0] ?? "contained", also);
  return {
    id,
    title,
    description,
    async run(rehearsal) {
      const before = await baseline(rehearsal);
      const bad = await rehearsal.releaseToStaging({ message: title, change });
      if (bad.staging.timeline.status !== "Succeeded") {
        const next = await rehearsal.release({ message: "Mended" });
        const nextProd = reached(next.prod, next.staging);
        return {
          releases: [...before, bad.staging, next.staging, nextProd],
          judge: async () => [
            held(judge(await rehearsal.facts("staging", bad.staging)), claims(incident, bad.staging)),
            expecting(judge(await rehearsal.facts("staging", next.staging)), "safe"),
            expecting(judge(await rehearsal.facts("prod", nextProd)), "safe"),
          ],
        };
      }
      const undo = incident.fault === undefined ? undefined : await inject(rehearsal, incident.fault);
      // The team works on while production decides: the fix goes through staging meanwhile.
      const deciding = rehearsal.releaseToProd(bad.version).finally(() => undo?.());
      const fixing = rehearsal.releaseToStaging({ message: "Mended" });
      const [badProd, fix] = await Promise.all([deciding, fixing]);
      reached(fix.staging, fix.staging);
      const fixProd = await rehearsal.releaseToProd(fix.version);
      return {
        releases: [...before, bad.staging, badProd, fix.staging, fixProd],
        judge: async () => {
          const next = expecting(judge(await rehearsal.facts("prod", fixProd)), "safe");
          const verdict = judge(await rehearsal.facts("prod", badProd, next));
          return [
            expecting(judge(await rehearsal.facts("staging", bad.staging)), "safe"),
            held(verdict, claims(incident, badProd)),
            expecting(judge(await rehearsal.facts("staging", fix.staging)), "safe"),
            next,
          ];
        },
      };
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
export const faultScenario = (fault: string): Scenario =>
  incidentScenario({
    id: "fault",
    title: `A release with a fault: ${fault}`,
    description:
      "It passes in staging; production's candidate has the fault. It must be taken back, and the next good release must succeed.",
    outcome: ["contained", "rolled back", "stopped before customers"],
    fault,
  });

/** Puts a generic fault into the image that staging has just been released; production's candidate is made from it. */
async function inject(rehearsal: Rehearsal, fault: string): Promise<() => void> {
  const image = await rehearsal.runningImage("staging");
  const imageDigest = image.split("@")[1];
  if (imageDigest === undefined)
    throw new Error(`staging runs ${image}, which has no digest to put a fault into`);
  const { account } = rehearsal.environments.prod.identity;
  return rehearsal.local.faults.inject({ imageDigest, account }, parseFault(fault));
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
