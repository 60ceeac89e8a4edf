import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../lib/naming";
import { Role, trustService } from "../iam/role";
import type { BuildProject } from "./build-project";
import { withRoles } from "./pipeline-roles";
import { type ProdPipelineArgs, prodWay } from "./prod";
import { type StagingPipelineArgs, stagingWay } from "./staging";
import { ObjectTrigger } from "./triggers/object-trigger";

export type MicroservicePipelineArgs = StagingPipelineArgs | ProdPipelineArgs;

/** A service's way through one environment, `staging.ts` or `prod.ts`, with a role for each action. */
export class MicroservicePipeline extends pulumi.ComponentResource {
  readonly pipelineName: pulumi.Output<string>;
  readonly nodes: { pipeline: aws.codepipeline.Pipeline; role: Role; projects: BuildProject[] };

  constructor(name: string, args: MicroservicePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:MicroservicePipeline", name, {}, opts);
    const child = { parent: this };
    const { artifactBucket, context, service } = args;
    const pipelineName = physicalName("pipeline", "greenroom", context.environment, service);

    const way = args.environment === "staging" ? stagingWay(name, args, this) : prodWay(name, args, this);
    const roles = withRoles(name, { context, pipelineName, artifactBucket, stages: way.stages }, this);
    const pipeline = new aws.codepipeline.Pipeline(
      `${name}-pipeline`,
      {
        name: pipelineName,
        pipelineType: "V2",
        // A newer release overtakes one that waits before a stage; within a stage there is only one at a time.
        // https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html#concepts-how-it-works-executions
        executionMode: "SUPERSEDED",
        roleArn: roles.pipelineRole.arn,
        artifactStores: [{ type: "S3", location: artifactBucket.bucketName }],
        stages: roles.stages,
        triggers: way.triggers,
      },
      // A new pipeline runs at once, and wants its templates.
      { ...child, dependsOn: [args.target.templates.object] },
    );

    const starter = new Role(
      `${name}-trigger`,
      {
        roleName: `${pipelineName}-trigger`,
        description: `Starts pipeline ${pipelineName}`,
        trust: trustService("events.amazonaws.com", {
          StringEquals: { "aws:SourceAccount": context.account.id },
        }),
        statements: [{ actions: ["codepipeline:StartPipelineExecution"], resources: [pipeline.arn] }],
      },
      child,
    );
    // After the pipeline, which depends on the templates: the first ones start nothing.
    for (const { what, bucket, key } of way.watched)
      new ObjectTrigger(
        `${name}-${what}`,
        {
          ruleName: `${pipelineName}-${what}`,
          description: `${key} starts ${pipelineName}`,
          bucket,
          key,
          pipelineArn: pipeline.arn,
          roleArn: starter.arn,
        },
        child,
      );

    this.nodes = { pipeline, role: roles.pipelineRole, projects: way.projects };
    this.pipelineName = pipeline.name;
    this.registerOutputs({ pipelineName: this.pipelineName });
  }
}
