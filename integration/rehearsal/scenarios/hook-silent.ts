import { minutes } from "../../local-aws/core/clock";
import { claims } from "./incident";
import { baseline, releaseGood, type Scenario } from "./scenario";
import { silenceHook } from "./silent-hook";

export const hookSilent: Scenario = {
  id: "hook-silent",
  title: "A hook that never reports",
  description: "Nobody knows whether the version is good, so after an hour it must be taken back.",
  needs: "hook",
  async run(rehearsal) {
    const before = await baseline(rehearsal);
    if (!rehearsal.hasReleased) return before;
    const undo = await silenceHook(rehearsal);
    const { staging } = await rehearsal.releaseToStaging({ message: "As good as ever" }).finally(undo);
    const ends = { stage: "Deploy", says: /AfterAllowTestTraffic hook .* did not report within an hour/ };
    const { predictedAwsMs } = staging.timeline;
    const hour = {
      claim: "it takes more than an hour on AWS",
      holds: predictedAwsMs > minutes(60),
      evidence: `${Math.round(predictedAwsMs / minutes(1))} minutes`,
    };
    return [
      ...before,
      {
        release: staging,
        accepted: ["stopped before customers"],
        also: [...claims({ ends }, staging), hour],
      },
      ...(await releaseGood(rehearsal, "Mended")),
    ];
  },
};
