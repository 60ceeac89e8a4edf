import { releaseGood, type Scenario } from "./scenario";

export const goodRelease: Scenario = {
  id: "good-release",
  title: "A good release",
  description:
    "The working tree goes from commit to production: built and tested, deployed to staging, tested there, promoted, " +
    "approved, and deployed to production as a canary. No client may notice.",
  run: (rehearsal) => releaseGood(rehearsal, "The working tree"),
};
