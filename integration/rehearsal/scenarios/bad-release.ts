import { failsReturningPlayers, harmless } from "../faults";
import { expecting, judge } from "../verdict";
import { reached, type Scenario } from "./scenario";

export const badRelease: Scenario = {
  id: "bad-release",
  title: "A release that fails only in production",
  description:
    "A commit that passes its tests and its hook answers 500 to customers who come back. The alarm has to stop it " +
    "during the canary, everybody else has to stay on the old version, and the next good release has to succeed.",
  async run(rehearsal) {
    const bad = await rehearsal.releaseToStaging({
      message: "Forget players from before there were scores",
      edits: failsReturningPlayers,
    });
    reached(bad.staging, bad.staging);
    // The team works on while production decides: the fix goes through staging meanwhile.
    const [badProd, fix] = await Promise.all([
      rehearsal.releaseToProd(bad.version),
      rehearsal.releaseToStaging({ message: "Remember them again", edits: harmless("fixed") }),
    ]);
    reached(fix.staging, fix.staging);
    const fixProd = await rehearsal.releaseToProd(fix.version);
    return {
      releases: [bad.staging, badProd, fix.staging, fixProd],
      judge: async () => {
        const next = expecting(judge(await rehearsal.facts("prod", fixProd)), "safe");
        return [
          expecting(judge(await rehearsal.facts("staging", bad.staging)), "safe"),
          expecting(judge(await rehearsal.facts("prod", badProd, next)), "contained"),
          expecting(judge(await rehearsal.facts("staging", fix.staging)), "safe"),
          next,
        ];
      },
    };
  },
};
