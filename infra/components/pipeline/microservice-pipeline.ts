import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { directoryOf } from "../../definitions";
import type { Service } from "../../definitions/overrides";
import type { Account } from "../account";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import type { BlueGreenService } from "../ecs-service/ecs-service";
import type { BuildProject } from "./build-project";
import { type Transform, transformed } from "../../lib/transform";
import { Role, trustService } from "../iam/role";
import { physicalName } from "../../lib/naming";
import { ObjectTrigger } from "./triggers/object-trigger";
import * as actions from "./pipeline-actions";
import { type Stage, withRoles } from "./pipeline-roles";
import type { Promotion } from "../promotion/promotion";
import type { ReceiveRelease } from "../promotion/receive-release";
import { imageBuild, integrationTests } from "../ecs-service/service-builds";

interface PipelineArgs {
  account: Account;
  service: Service;
  /** What the pipeline releases to. */
  target: BlueGreenService;
  artifactBucket: ArtifactBucket;
  logRetentionDays: number;
  transform?: { pipeline?: Transform<aws.codepipeline.PipelineArgs> };
}

/** Builds every commit, tries it in staging, and promotes what passed. */
export interface StagingPipelineArgs extends PipelineArgs {
  environment: "staging";
  source: actions.Source;
  promotion: Promotion;
}

/** Takes promoted releases, as they are, to customers. */
export interface ProdPipelineArgs extends PipelineArgs {
  environment: "prod";
  receive: ReceiveRelease;
}

export type MicroservicePipelineArgs = StagingPipelineArgs | ProdPipelineArgs;

/**
 * A service's way through one environment, with a role for each action.
 *
 * - staging: Source → Build → Deploy → IntegrationTests → Promote
 * - prod: Source → Approve → Deploy → Verify
 */
export class MicroservicePipeline extends pulumi.ComponentResource {
  readonly pipelineName: pulumi.Output<string>;
  readonly nodes: { pipeline: aws.codepipeline.Pipeline; role: Role; projects: BuildProject[] };

  constructor(
    private readonly name: string,
    private readonly args: MicroservicePipelineArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenroom:infra:MicroservicePipeline", name, {}, opts);
    const { artifactBucket, service, environment } = args;
    const pipelineName = physicalName("pipeline", "greenroom", environment, service.name);

    const { stages, projects } = args.environment === "staging" ? this.staging(args) : this.prod(args);
    const { account } = args;
    const roles = withRoles(name, { account, pipelineName, artifactBucket, stages }, this);
    const pipeline = new aws.codepipeline.Pipeline(
      ...transformed<aws.codepipeline.PipelineArgs>(
        args.transform?.pipeline,
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
          triggers: args.environment === "staging" ? [commitTrigger(args)] : undefined,
        },
        // A new pipeline runs at once, and wants its templates.
        { parent: this, dependsOn: [args.target.templates.nodes.object] },
      ),
    );
    this.objectTriggers(pipelineName, pipeline);

    this.nodes = { pipeline, role: roles.pipelineRole, projects };
    this.pipelineName = pipeline.name;
    this.registerOutputs({ pipelineName: this.pipelineName });
  }

  private staging(args: StagingPipelineArgs) {
    const { account, artifactBucket, target } = args;
    const image = imageBuild(this.name, args, this);
    const tests = integrationTests(this.name, args, this);
    const stages: Stage[] = [
      {
        name: "Source",
        actions: [actions.commitSource(args.source, artifactBucket), this.templates()],
      },
      { name: "Build", actions: [actions.build("Build", "Build", image, "Source", "BuildOutput")] },
      { name: "Deploy", actions: [actions.deploy(target, "BuildOutput", account, artifactBucket)] },
      {
        name: "IntegrationTests",
        actions: [actions.build("IntegrationTests", "Test", tests, "BuildOutput")],
      },
      { name: "Promote", actions: [actions.promote(args.promotion, "BuildOutput", artifactBucket)] },
    ];
    return { stages, projects: [image, tests] };
  }

  private prod(args: ProdPipelineArgs) {
    const { account, artifactBucket, receive, service, target } = args;
    const tests = integrationTests(this.name, args, this);
    const release = { bucket: receive.releases, key: receive.releaseKey };
    const stages: Stage[] = [
      {
        name: "Source",
        actions: [actions.objectSource("Release", release, artifactBucket), this.templates()],
      },
      {
        name: "Approve",
        actions: [actions.approval(`Release ${service.name} to customers? It passed its tests in staging.`)],
      },
      { name: "Deploy", actions: [actions.deploy(target, "Release", account, artifactBucket)] },
      { name: "Verify", actions: [actions.build("Verify", "Test", tests, "Release")] },
    ];
    return { stages, projects: [tests] };
  }

  private templates() {
    const { artifactBucket, target } = this.args;
    return actions.objectSource(
      "Templates",
      { bucket: artifactBucket, key: target.templates.key },
      artifactBucket,
    );
  }

  /** A changed template, and in prod a promoted release, starts the pipeline. */
  private objectTriggers(pipelineName: string, pipeline: aws.codepipeline.Pipeline) {
    const { args, name } = this;
    const role = new Role(
      `${name}-trigger`,
      {
        roleName: `${pipelineName}-trigger`,
        description: `Starts pipeline ${pipelineName}`,
        trust: trustService("events.amazonaws.com", {
          StringEquals: { "aws:SourceAccount": args.account.id },
        }),
        statements: [{ actions: ["codepipeline:StartPipelineExecution"], resources: [pipeline.arn] }],
      },
      { parent: this },
    );
    const trigger = (what: string, bucket: ArtifactBucket, key: string) =>
      new ObjectTrigger(
        `${name}-${what}`,
        {
          ruleName: `${pipelineName}-${what}`,
          description: `${key} starts ${pipelineName}`,
          bucket,
          key,
          pipelineArn: pipeline.arn,
          roleArn: role.arn,
        },
        { parent: this },
      );
    // After the pipeline, which depends on the templates: the first ones start nothing.
    trigger("templates", args.artifactBucket, args.target.templates.key);
    if (args.environment === "prod") trigger("release", args.receive.releases, args.receive.releaseKey);
  }
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
          filePaths: { includes: [`${directoryOf(args.service)}/**`] },
        },
      ],
    },
  };
}
