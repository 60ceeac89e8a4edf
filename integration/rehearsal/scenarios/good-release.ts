import { expecting, judge } from "../verdict";
import { reached, type Scenario } from "./scenario";

export const goodRelease: Scenario = {
  id: "good-release",
  title: "A good release",
  description:
    "The working tree goes from commit to production: built and tested, deployed to staging, tested there, promoted, " +
    "approved, and deployed to production as a canary. No client may notice.",
  async run(rehearsal) {
    const { staging, prod } = await rehearsal.release({ message: "The working tree" });
    const released = reached(prod, staging);
    return {
      releases: [staging, released],
      judge: async () => [
        expecting(judge(await rehearsal.facts("staging", staging)), "safe"),
        expecting(judge(await rehearsal.facts("prod", released)), "safe"),
      ],
    };
  },
};
