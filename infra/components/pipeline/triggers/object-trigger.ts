import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ArtifactBucket } from "../../storage/artifact-bucket";
import { physicalName } from "../../../lib/naming";

export interface ObjectTriggerArgs {
  /**
   * Physical name of the rule.
   * @example "greenroom-prod-trivia-api-release"
   */
  ruleName: string;
  /** @example "Starts the pipeline for a new release of trivia-api" */
  description: string;
  bucket: ArtifactBucket;
  /** @example "releases/trivia-api.zip" */
  key: string;
  /** @example pipeline.arn */
  pipelineArn: pulumi.Input<string>;
  /**
   * Lets EventBridge start the pipeline.
   * @example role.arn
   */
  roleArn: pulumi.Input<string>;
}

/**
 * Starts a pipeline when an object gets a new version.
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/create-S3-source-events.html
 */
export class ObjectTrigger extends pulumi.ComponentResource {
  readonly nodes: { rule: aws.cloudwatch.EventRule; target: aws.cloudwatch.EventTarget };

  constructor(name: string, args: ObjectTriggerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:ObjectTrigger", name, {}, opts);
    const rule = new aws.cloudwatch.EventRule(
      `${name}-rule`,
      {
        name: physicalName("eventRule", args.ruleName),
        description: args.description,
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
        eventPattern: pulumi.jsonStringify({
          source: ["aws.s3"],
          "detail-type": ["Object Created"],
          detail: { bucket: { name: [args.bucket.bucketName] }, object: { key: [args.key] } },
        }),
      },
      { parent: this },
    );
    const target = new aws.cloudwatch.EventTarget(
      `${name}-target`,
      { rule: rule.name, targetId: "pipeline", arn: args.pipelineArn, roleArn: args.roleArn },
      { parent: this },
    );
    this.nodes = { rule, target };
    this.registerOutputs();
  }
}
