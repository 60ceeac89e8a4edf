import { baseline, good, releaseGood, type Scenario } from "./scenario";

export const approvalRejected: Scenario = {
  id: "approval-rejected",
  title: "A release that a person stops in front of production",
  description:
    "It is good, and staging has it. Production must not be touched once the approver has said no.",
  async run(rehearsal) {
    const before = await baseline(rehearsal);
    if (!rehearsal.hasReleased) return before;
    const { staging, prod } = await rehearsal.release({ message: "Not on a Friday", decision: "Rejected" });
    if (!prod) return [...before, good(staging)];
    const next = await releaseGood(rehearsal, "On Monday");
    const failed = prod.timeline.actions.find(({ status }) => status === "Failed");
    const claim = {
      claim: "the release ends at Approve, and nothing came after it",
      holds: failed?.stage === "Approve" && prod.timeline.actions.at(-1)?.stage === "Approve",
      evidence: `${failed?.stage ?? "it did not fail"}: ${failed?.error ?? failed?.summary ?? ""}`,
    };
    return [
      ...before,
      good(staging),
      { release: prod, accepted: ["stopped before customers"], also: [claim] },
      ...next,
    ];
  },
};
