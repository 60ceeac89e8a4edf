import * as sdk from "@aws-sdk/client-codebuild";
import type { ContainerRuntime } from "../core/container-runtime";
import type { ActingService } from "../core/acting";
import type { Aws, Identity } from "../core/aws";
import { obeying } from "../core/members";
import { Regional } from "../core/regional";
import { actingService } from "../core/service";
import { builds } from "./builds";
import { obeyed } from "./members";
import type { CodeBuildState } from "./model";
import { projects } from "./projects";
import { emits } from "./state-events";

/**
 * AWS CodeBuild: projects, and builds that really run in a room of the container runtime.
 *
 * @param minute wall milliseconds of a minute of a build's timeouts; only tests have another
 */
export function codebuild(aws: Aws, containers: ContainerRuntime, minute = 60_000): ActingService {
  const states = new Regional<CodeBuildState>((account, region) => ({
    account,
    region,
    projects: new Map(),
    builds: new Map(),
  }));
  const stateOf = (caller: Identity) => states.of(caller);
  const acting = actingService({
    name: "CodeBuild",
    signingName: "codebuild",
    sdk,
    warn: aws.warn,
    handlers: obeying("CodeBuild", obeyed, {
      ...projects(aws, stateOf),
      ...builds(aws, containers, stateOf, minute),
    }),
  });
  return {
    ...acting,
    emits: [emits],
    /** Stops the builds that run, and waits until each has cleaned up. */
    close: async () => {
      const all = states.all().flatMap((state) => [...state.builds.values()]);
      for (const { stop } of all) stop.abort("STOPPED");
      await Promise.all(all.map(({ done }) => done));
    },
  };
}
