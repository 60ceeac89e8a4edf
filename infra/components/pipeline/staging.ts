import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Promotion } from "../promotion/promotion";
import { build } from "./actions/build";
import { type Source, commitSource } from "./actions/commit-source";
import { promote } from "./actions/promote";
import { type CommonPipelineArgs, releaseBuild, releaseTests, templatesSource, type Way } from "./way";

/** Builds every commit, tries it in staging, and promotes what passed. */
export interface StagingPipelineArgs extends CommonPipelineArgs {
  environment: "staging";
  source: Source;
  /**
   * The service's folder: a commit that touches it starts the pipeline.
   * @example "services/trivia-api"
   */
  directory: string;
  promotion: Promotion;
}

/** Source → Build → Deploy → IntegrationTests → Promote */
export function stagingWay(name: string, args: StagingPipelineArgs, parent: pulumi.Resource): Way {
  const { artifactBucket, promotion, source, target } = args;
  const templates = templatesSource(args);
  const project = releaseBuild(name, args, parent);
  const tests = releaseTests(name, args, parent);
  return {
    stages: [
      { name: "Source", actions: [commitSource(source, artifactBucket), templates.action] },
      { name: "Build", actions: [build("Build", "Build", project, "Source", "BuildOutput")] },
      { name: "Deploy", actions: [target.deploy("BuildOutput")] },
      { name: "IntegrationTests", actions: [build("IntegrationTests", "Test", tests, "BuildOutput")] },
      { name: "Promote", actions: [promote(promotion, "BuildOutput", artifactBucket)] },
    ],
    projects: [project, tests],
    triggers: [commitTrigger(args)],
    watched: [templates.watched],
  };
}

/**
 * A push to the branch that changes the service. With a trigger, CodePipeline's own change detection is off.
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
 */
function commitTrigger(args: StagingPipelineArgs): aws.types.input.codepipeline.PipelineTrigger {
  return {
    providerType: "CodeStarSourceConnection",
    gitConfiguration: {
      sourceActionName: "Source",
      pushes: [
        {
          branches: { includes: [args.source.branch] },
          filePaths: { includes: [`${args.directory}/**`] },
        },
      ],
    },
  };
}
