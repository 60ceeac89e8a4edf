import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { ArtifactBucket } from "../storage/artifact-bucket";

export interface ReleaseTemplatesArgs {
  /** @example "trivia-api" */
  service: string;
  /** @example 8080 */
  port: number;
  bucket: ArtifactBucket;
  /**
   * taskdef.json with the placeholder of the image.
   * @example taskDefinition.template
   */
  taskDefinition: pulumi.Input<string>;
  /** @example network.privateSubnetIds */
  subnetIds: pulumi.Input<string[]>;
  /** @example routes.taskSecurityGroup.id */
  securityGroupId: pulumi.Input<string>;
  /**
   * The function that CodeDeploy runs once test traffic reaches the new version.
   * @default none
   * @example hook.arn
   */
  hookFunctionArn?: pulumi.Input<string>;
}

/**
 * The templates that a service's pipeline makes every release from, one zip in the bucket: a source of the pipeline.
 * So a changed template (an environment variable, more memory, other subnets) is rolled out as a release is, with
 * tests, canary and rollback, and `pulumi up` itself never touches the running revision.
 */
export class ReleaseTemplates extends pulumi.ComponentResource {
  readonly key: string;
  readonly nodes: { object: aws.s3.BucketObjectv2 };

  constructor(name: string, args: ReleaseTemplatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:ReleaseTemplates", name, {}, opts);
    this.key = `templates/${args.service}.zip`;
    const source = pulumi
      .all([args.taskDefinition, args.subnetIds, args.securityGroupId, args.hookFunctionArn])
      .apply(([taskDefinition, subnets, securityGroup, hook]) => {
        const appSpec = appSpecOf(args.service, args.port, subnets, securityGroup, hook);
        return new pulumi.asset.AssetArchive({
          "taskdef.json": new pulumi.asset.StringAsset(taskDefinition),
          "appspec.yaml": new pulumi.asset.StringAsset(stringify(appSpec)),
        });
      });
    const object = new aws.s3.BucketObjectv2(
      `${name}-templates`,
      { bucket: args.bucket.bucketName, key: this.key, source, contentType: "application/zip" },
      { parent: this },
    );
    this.nodes = { object };
    this.registerOutputs({ key: this.key });
  }
}

/**
 * `<TASK_DEFINITION>` is what CodePipeline replaces with the ARN of the revision it registers. The network is named
 * here because ECS takes a change of it with a new task set only.
 * @see https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
 */
function appSpecOf(service: string, port: number, subnets: string[], securityGroup: string, hook?: string) {
  return {
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: "AWS::ECS::Service",
          Properties: {
            TaskDefinition: "<TASK_DEFINITION>",
            LoadBalancerInfo: { ContainerName: service, ContainerPort: port },
            NetworkConfiguration: {
              AwsvpcConfiguration: {
                Subnets: subnets,
                SecurityGroups: [securityGroup],
                AssignPublicIp: "DISABLED",
              },
            },
          },
        },
      },
    ],
    ...(hook !== undefined && { Hooks: [{ AfterAllowTestTraffic: hook }] }),
  };
}
