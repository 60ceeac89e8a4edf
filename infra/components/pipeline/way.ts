import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { ReleaseTarget } from "../release-target";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import { objectSource } from "./actions/object-source";
import { BuildProject } from "./build-project";
import type { Stage } from "./pipeline-roles";

/** What the pipelines of both environments have to know. */
export interface CommonPipelineArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  /** What the pipeline releases to. */
  target: ReleaseTarget;
  artifactBucket: ArtifactBucket;
}

/** An object whose new versions start a pipeline. */
export interface WatchedObject {
  what: string;
  bucket: ArtifactBucket;
  key: string;
}

/** A service's way through one environment. */
export interface Way {
  stages: Stage[];
  projects: BuildProject[];
  /** @default no commit starts it */
  triggers?: aws.types.input.codepipeline.PipelineTrigger[];
  watched: WatchedObject[];
}

/** The target's templates: a source in every environment, and what starts the pipeline when they change. */
export function templatesSource({ target, artifactBucket }: CommonPipelineArgs) {
  const { bucket, key } = target.templates;
  return {
    action: objectSource("Templates", { bucket, key }, artifactBucket),
    watched: { what: "templates", bucket, key },
  };
}

/** Runs the service's own buildspec: what makes a release out of a commit. */
export function releaseBuild(name: string, args: CommonPipelineArgs, parent: pulumi.Resource): BuildProject {
  const { artifactBucket, context, service, target } = args;
  const { what, ...build } = target.build;
  return new BuildProject(
    `${name}-${what}`,
    {
      ...build,
      context,
      projectName: `greenroom-${context.environment}-${service}`,
      description: `Builds and tests ${service}`,
      artifactBucket,
      timeout: "30 minutes",
    },
    { parent },
  );
}

/** Runs, from a release, the tests that came with it: those that passed in staging are those that verify prod. */
export function releaseTests(name: string, args: CommonPipelineArgs, parent: pulumi.Resource): BuildProject {
  const { artifactBucket, context, service, target } = args;
  const { what, ...tests } = target.tests;
  return new BuildProject(
    `${name}-${what}`,
    {
      ...tests,
      context,
      projectName: `greenroom-${context.environment}-${service}-tests`,
      description: `Tests ${service} in ${context.environment}`,
      artifactBucket,
      timeout: "15 minutes",
    },
    { parent },
  );
}
