import { claims } from "./incident";
import { baseline, releaseGood, type Scenario } from "./scenario";
import { silenceHook } from "./silent-hook";

export const hookSilent: Scenario = {
  id: "hook-silent",
  title: "A hook that never reports",
  description: "Nobody knows whether the version is good, so after an hour it must be taken back.",
  async run(rehearsal) {
    const before = await baseline(rehearsal);
    if (!rehearsal.hasReleased) return before;
    const undo = await silenceHook(rehearsal);
    const { staging } = await rehearsal.releaseToStaging({ message: "As good as ever" }).finally(undo);
    const ends = { stage: "Deploy", says: /AfterAllowTestTraffic hook .* did not report within an hour/ };
    return [
      ...before,
      { release: staging, accepted: ["stopped before customers"], also: claims({ ends }, staging) },
      ...(await releaseGood(rehearsal, "Mended")),
    ];
  },
};
