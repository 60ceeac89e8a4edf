import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../iam/role";

export interface ArtifactBucketArgs {
  /**
   * Physical name, in all of AWS the only one: it contains account and region.
   * @example "greenroom-prod-artifacts-222222222222"
   */
  bucketName: pulumi.Input<string>;
}

/** A private, encrypted, versioned bucket that takes TLS only and tells EventBridge about new objects. */
export class ArtifactBucket extends pulumi.ComponentResource {
  /** Known once every setting is in place. */
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly nodes: { bucket: aws.s3.Bucket };

  constructor(name: string, args: ArtifactBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:ArtifactBucket", name, {}, opts);
    const bucket = new aws.s3.Bucket(`${name}-bucket`, { bucket: args.bucketName }, { parent: this });
    const child = { parent: this };
    const id = { bucket: bucket.bucket };

    const settings: pulumi.CustomResource[] = [
      new aws.s3.BucketPublicAccessBlock(
        `${name}-private`,
        {
          ...id,
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        },
        child,
      ),
      // CodePipeline takes an S3 source from a versioned bucket only.
      // https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
      new aws.s3.BucketVersioning(
        `${name}-versioning`,
        { ...id, versioningConfiguration: { status: "Enabled" } },
        child,
      ),
      new aws.s3.BucketServerSideEncryptionConfiguration(
        `${name}-encryption`,
        { ...id, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
        child,
      ),
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
      new aws.s3.BucketNotification(`${name}-events`, { ...id, eventbridge: true }, child),
    ];
    settings.push(
      new aws.s3.BucketPolicy(
        `${name}-policy`,
        {
          ...id,
          policy: policyDocument([
            {
              // `s3:*` here denies: nothing of the bucket goes over a connection that is not encrypted.
              effect: "Deny",
              principals: "*",
              actions: ["s3:*"],
              resources: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
              conditions: { Bool: { "aws:SecureTransport": "false" } },
            },
          ]),
        },
        // S3 refuses to change the policy and the access block of a bucket at the same time.
        { parent: this, dependsOn: settings },
      ),
    );

    this.nodes = { bucket };
    this.arn = bucket.arn;
    this.bucketName = pulumi.all([bucket.bucket, ...settings.map((s) => s.id)]).apply(([made]) => made ?? "");
    this.registerOutputs({ bucketName: this.bucketName });
  }

  /** The ARN of an object, or of those that a pattern such as `*` names. */
  objects(key: string): pulumi.Output<string> {
    return pulumi.interpolate`${this.arn}/${key}`;
  }
}
