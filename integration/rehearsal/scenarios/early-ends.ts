import { breaksBuildspec, failsHook, failsUnitTests, harmless } from "../faults";
import { canaryPeriod } from "../periods";
import type { ReleaseRequest } from "../rehearsal";
import { expecting, judge, type Claim } from "../verdict";
import { silenceHook } from "./silent-hook";
import { baseline, reached, type Scenario } from "./scenario";

/** A release that must end in staging, where nobody may have met it; production must not hear of it at all. */
function endsInStaging(options: {
  id: string;
  title: string;
  description: string;
  request: ReleaseRequest;
  /** Where it has to end, and what the reason has to say. */
  stage: string;
  reason: RegExp;
  /** Done before, and undone after the release. */
  prepare?: (rehearsal: Parameters<Scenario["run"]>[0]) => Promise<() => Promise<void>>;
}): Scenario {
  const { id, title, description, request, stage, reason, prepare } = options;
  return {
    id,
    title,
    description,
    async run(rehearsal) {
      const before = await baseline(rehearsal);
      const undo = await prepare?.(rehearsal);
      const bad = await rehearsal.releaseToStaging(request);
      await undo?.();
      const next = await rehearsal.release({ message: "Mended", edits: harmless("mended") });
      const nextProd = reached(next.prod, next.staging);
      const failed = bad.staging.timeline.actions.find(({ status }) => status === "Failed");
      const claims: Claim[] = [
        {
          claim: `the release ends at ${stage}, and says why`,
          holds: failed?.stage === stage && reason.test(failed.error ?? ""),
          evidence: `${failed?.stage ?? "it did not fail"}: ${failed?.error ?? ""}`,
        },
        {
          claim: "no production traffic was allowed to it",
          holds: canaryPeriod(bad.staging.timeline) === undefined,
          evidence: stage,
        },
      ];
      return {
        releases: [...before, bad.staging, next.staging, nextProd],
        judge: async () => [
          expecting(judge(await rehearsal.facts("staging", bad.staging)), "stopped before customers", claims),
          expecting(judge(await rehearsal.facts("staging", next.staging)), "safe"),
          expecting(judge(await rehearsal.facts("prod", nextProd)), "safe"),
        ],
      };
    },
  };
}

export const buildFails = endsInStaging({
  id: "build-fails",
  title: "A commit whose unit tests fail",
  description:
    "The build stops at the failing command, and says which and why. Both environments stay as they are.",
  request: { message: "A point too many", edits: failsUnitTests },
  stage: "Build",
  reason: /npm test[^]*42/,
});

export const buildspecBroken = endsInStaging({
  id: "buildspec-broken",
  title: "A buildspec that cannot be right",
  description: "It is refused with its line and key before any of its commands runs.",
  request: { message: "A phase that there is not", edits: breaksBuildspec },
  stage: "Build",
  reason: /buildspec\.yml:\d+: .*prebuild/,
});

export const hookFails = endsInStaging({
  id: "hook-fails",
  title: "A version that the hook refuses",
  description:
    "It starts and is healthy, but serves no questions. The hook finds out through the test listener.",
  request: { message: "No questions in staging", edits: failsHook },
  stage: "Deploy",
  reason: /AfterAllowTestTraffic hook .* reported Failed/,
});

export const hookSilent = endsInStaging({
  id: "hook-silent",
  title: "A hook that never reports",
  description: "Nobody knows whether the version is good, so after an hour it must be taken back.",
  request: { message: "As good as ever", edits: harmless("silent hook") },
  stage: "Deploy",
  reason: /AfterAllowTestTraffic hook .* did not report within an hour/,
  prepare: silenceHook,
});
