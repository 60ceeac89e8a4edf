import { expecting, judge } from "../verdict";
import { claims } from "./incident";
import { baseline, reached, type Scenario } from "./scenario";
import { silenceHook } from "./silent-hook";

export const hookSilent: Scenario = {
  id: "hook-silent",
  title: "A hook that never reports",
  description: "Nobody knows whether the version is good, so after an hour it must be taken back.",
  async run(rehearsal) {
    const before = await baseline(rehearsal);
    const undo = await silenceHook(rehearsal);
    const bad = await rehearsal.releaseToStaging({ message: "As good as ever" }).finally(undo);
    const next = await rehearsal.release({ message: "Mended" });
    const nextProd = reached(next.prod, next.staging);
    const ends = { stage: "Deploy", says: /AfterAllowTestTraffic hook .* did not report within an hour/ };
    return {
      releases: [...before, bad.staging, next.staging, nextProd],
      judge: async () => [
        expecting(
          judge(await rehearsal.facts("staging", bad.staging)),
          "stopped before customers",
          claims({ ends }, bad.staging),
        ),
        expecting(judge(await rehearsal.facts("staging", next.staging)), "safe"),
        expecting(judge(await rehearsal.facts("prod", nextProd)), "safe"),
      ],
    };
  },
};
