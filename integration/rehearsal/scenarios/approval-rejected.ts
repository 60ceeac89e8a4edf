import { expecting, judge } from "../verdict";
import { baseline, reached, type Scenario } from "./scenario";

export const approvalRejected: Scenario = {
  id: "approval-rejected",
  title: "A release that a person stops in front of production",
  description:
    "It is good, and staging has it. Production must not be touched once the approver has said no.",
  async run(rehearsal) {
    const before = await baseline(rehearsal);
    const stopped = await rehearsal.release({
      message: "Not on a Friday",
      decision: "Rejected",
    });
    const stoppedProd = reached(stopped.prod, stopped.staging);
    const next = await rehearsal.release({ message: "On Monday" });
    const nextProd = reached(next.prod, next.staging);
    const failed = stoppedProd.timeline.actions.find(({ status }) => status === "Failed");
    const claim = {
      claim: "the release ends at Approve, and nothing came after it",
      holds: failed?.stage === "Approve" && stoppedProd.timeline.actions.at(-1)?.stage === "Approve",
      evidence: `${failed?.stage ?? "it did not fail"}: ${failed?.error ?? failed?.summary ?? ""}`,
    };
    return {
      releases: [...before, stopped.staging, stoppedProd, next.staging, nextProd],
      judge: async () => [
        expecting(judge(await rehearsal.facts("staging", stopped.staging)), "safe"),
        expecting(judge(await rehearsal.facts("prod", stoppedProd)), "stopped before customers", [claim]),
        expecting(judge(await rehearsal.facts("prod", nextProd)), "safe"),
      ],
    };
  },
};
