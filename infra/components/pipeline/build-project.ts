import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import { type Duration, toMinutes } from "../../lib/duration";
import { Role, type Statement, trustService } from "../iam/role";
import { physicalName } from "../../lib/naming";

export interface BuildProjectArgs {
  context: Context;
  /**
   * Physical name.
   * @example "greenroom-staging-trivia-api"
   */
  projectName: string;
  /** @example "Builds and tests trivia-api" */
  description: string;
  /**
   * Path of a buildspec in the input artifact, or a buildspec itself.
   * @example "services/trivia-api/buildspec.yml"
   */
  buildspec: string;
  /**
   * What builds run in. https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
   * @example "aws/codebuild/amazonlinux-x86_64-standard:5.0"
   */
  image: string;
  /** @example { TEST_URL: routes.testUrl } */
  environment: Record<string, pulumi.Input<string>>;
  /**
   * Lets the build run `docker build`.
   * @example true
   */
  docker: boolean;
  artifactBucket: ArtifactBucket;
  /**
   * What the commands may do besides reading and writing artifacts, logs and reports.
   * @default []
   * @example [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::greenroom-prod-releases/*"] }]
   */
  statements?: Statement[];
  /** @example "5 minutes" */
  timeout: Duration;
}

/** A CodeBuild project that a pipeline runs, with its log, a local cache and its own role. */
export class BuildProject extends pulumi.ComponentResource {
  readonly projectName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly nodes: { project: aws.codebuild.Project; role: Role; logGroup: aws.cloudwatch.LogGroup };

  constructor(name: string, args: BuildProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:BuildProject", name, {}, opts);
    const child = { parent: this };
    const projectName = physicalName("buildProject", args.projectName);
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { name: `/aws/codebuild/${projectName}`, retentionInDays: args.context.logRetentionDays },
      child,
    );
    const role = new Role(
      `${name}-build`,
      {
        roleName: `${projectName}-build`,
        description: args.description,
        trust: trustService("codebuild.amazonaws.com", {
          StringEquals: { "aws:SourceAccount": args.context.account.id },
        }),
        statements: [
          ...(args.statements ?? []),
          {
            actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            resources: [args.artifactBucket.objects("*")],
          },
          {
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [pulumi.interpolate`${logGroup.arn}:*`],
          },
          {
            // https://docs.aws.amazon.com/codebuild/latest/userguide/test-permissions.html
            actions: [
              "codebuild:BatchPutCodeCoverages",
              "codebuild:BatchPutTestCases",
              "codebuild:CreateReport",
              "codebuild:CreateReportGroup",
              "codebuild:UpdateReport",
            ],
            resources: [args.context.account.arn("codebuild", `report-group/${projectName}-*`)],
          },
        ],
      },
      child,
    );
    const project = new aws.codebuild.Project(
      `${name}-project`,
      {
        name: projectName,
        description: args.description,
        serviceRole: role.arn,
        source: { type: "CODEPIPELINE", buildspec: args.buildspec },
        artifacts: { type: "CODEPIPELINE" },
        environment: {
          type: "LINUX_CONTAINER",
          image: args.image,
          computeType: "BUILD_GENERAL1_SMALL",
          // Only a privileged container can run Docker inside.
          privilegedMode: args.docker,
          environmentVariables: Object.entries(args.environment).map(([key, value]) => ({
            name: key,
            value,
            type: "PLAINTEXT",
          })),
        },
        // Kept on the build host while it lives, so never shared with other projects.
        // https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html
        cache: {
          type: "LOCAL",
          modes: ["LOCAL_CUSTOM_CACHE", ...(args.docker ? ["LOCAL_DOCKER_LAYER_CACHE"] : [])],
        },
        logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: logGroup.name } },
        buildTimeout: toMinutes(args.timeout),
      },
      child,
    );
    this.nodes = { project, role, logGroup };
    this.projectName = project.name;
    this.arn = project.arn;
    this.registerOutputs({ projectName: this.projectName });
  }
}
