import type { NotRehearsed, PipelineStanding, ScenarioResult } from "./model";
import type { Recording } from "./traffic/recording";

/** A pipeline of the stacks, with what clients of its service saw in its environment, where there were any. */
export interface StackPipeline extends Pick<
  PipelineStanding,
  "service" | "environment" | "objectives" | "expectedRate"
> {
  recording?: Recording;
}

/**
 * Every pipeline of the stacks with what became of its releases. One that no scenario released is not rehearsed, with the
 * reason where somebody left it out.
 */
export function standings(
  pipelines: readonly StackPipeline[],
  scenarios: readonly ScenarioResult[],
  notRehearsed: readonly NotRehearsed[],
): PipelineStanding[] {
  return pipelines.map(({ service, environment, objectives, expectedRate, recording }) => {
    const releases = scenarios.flatMap(({ id, verdict }) =>
      (verdict?.releases ?? [])
        .filter((release) => release.service === service && release.environment === environment)
        .map(({ version, outcome, asExpected }) => ({ scenario: id, version, outcome, asExpected })),
    );
    const leftOut = notRehearsed.find(
      (one) => one.service === service && (one.environment ?? environment) === environment,
    );
    return {
      service,
      environment,
      objectives,
      expectedRate,
      releases,
      notRehearsed:
        releases.length > 0 ? undefined : (leftOut?.reason ?? "no scenario released it to its end"),
      versionNamedBy: recording && namedBy(recording),
    };
  });
}

function namedBy({ versionNamedBy }: Recording): PipelineStanding["versionNamedBy"] {
  const { service, "load balancer": balancer } = versionNamedBy;
  if (service > 0 && balancer > 0) return "both";
  return service > 0 ? "service" : balancer > 0 ? "load balancer" : "nobody";
}
