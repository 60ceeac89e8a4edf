import * as sdk from "@aws-sdk/client-s3";
import type { Session } from "../../direct/session";
import { each, pages, tokens, unlessAbsent } from "../answers";
import { contentOf } from "../content";
import type { Found, Service } from "../resource";
import { recordOf, setOf, tagsOf } from "../shapes";

const client = (aws: Session) => aws.client(sdk.S3Client);

/** Every setting of a bucket; undefined where it has none. */
async function settings(aws: Session, Bucket: string): Promise<Record<string, unknown>> {
  const s3 = client(aws);
  const of = { Bucket };
  const read: Record<string, Promise<unknown>> = {
    Location: s3.send(new sdk.GetBucketLocationCommand(of)).then((is) => is.LocationConstraint),
    Versioning: s3.send(new sdk.GetBucketVersioningCommand(of)).then((is) => is.Status),
    Accelerate: s3.send(new sdk.GetBucketAccelerateConfigurationCommand(of)).then((is) => is.Status),
    RequestPayment: s3.send(new sdk.GetBucketRequestPaymentCommand(of)).then((is) => is.Payer),
    Logging: s3.send(new sdk.GetBucketLoggingCommand(of)).then((is) => is.LoggingEnabled),
    Grants: s3.send(new sdk.GetBucketAclCommand(of)).then((is) => setOf(is.Grants)),
    Notification: s3.send(new sdk.GetBucketNotificationConfigurationCommand(of)).then(notification),
    Tags: unlessAbsent(
      s3.send(new sdk.GetBucketTaggingCommand(of)).then((is) => tagsOf(is.TagSet)),
      "NoSuchTagSet",
    ),
    Policy: unlessAbsent(
      s3.send(new sdk.GetBucketPolicyCommand(of)).then((is) => is.Policy),
      "NoSuchBucketPolicy",
    ),
    PublicAccessBlock: unlessAbsent(
      s3.send(new sdk.GetPublicAccessBlockCommand(of)).then((is) => is.PublicAccessBlockConfiguration),
      "NoSuchPublicAccessBlockConfiguration",
    ),
    Encryption: unlessAbsent(
      s3
        .send(new sdk.GetBucketEncryptionCommand(of))
        .then((is) => is.ServerSideEncryptionConfiguration?.Rules),
      "ServerSideEncryptionConfigurationNotFoundError",
    ),
    Ownership: unlessAbsent(
      s3.send(new sdk.GetBucketOwnershipControlsCommand(of)).then((is) => is.OwnershipControls?.Rules),
      "OwnershipControlsNotFoundError",
    ),
    Lifecycle: unlessAbsent(
      s3.send(new sdk.GetBucketLifecycleConfigurationCommand(of)).then((is) =>
        recordOf(
          is.Rules,
          (rule) => rule.ID ?? "",
          (rule) => rule,
        ),
      ),
      "NoSuchLifecycleConfiguration",
    ),
    Cors: unlessAbsent(
      s3.send(new sdk.GetBucketCorsCommand(of)).then((is) => is.CORSRules),
      "NoSuchCORSConfiguration",
    ),
    Website: unlessAbsent(
      s3
        .send(new sdk.GetBucketWebsiteCommand(of))
        .then((is) => [is.IndexDocument, is.ErrorDocument, is.RoutingRules]),
      "NoSuchWebsiteConfiguration",
    ),
    Replication: unlessAbsent(
      s3.send(new sdk.GetBucketReplicationCommand(of)).then((is) => is.ReplicationConfiguration),
      "ReplicationConfigurationNotFoundError",
    ),
    ObjectLock: unlessAbsent(
      s3.send(new sdk.GetObjectLockConfigurationCommand(of)).then((is) => is.ObjectLockConfiguration),
      "ObjectLockConfigurationNotFoundError",
    ),
  };
  const values = await Promise.all(Object.values(read));
  return Object.fromEntries(Object.keys(read).map((name, i) => [name, values[i]]));
}

function notification(answer: sdk.GetBucketNotificationConfigurationCommandOutput) {
  const byId = <T extends { Id?: string }>(list: T[] | undefined) =>
    recordOf(
      list,
      ({ Id }) => Id,
      ({ Id, ...target }) => target,
    );
  return {
    EventBridge: answer.EventBridgeConfiguration,
    Functions: byId(answer.LambdaFunctionConfigurations),
    Queues: byId(answer.QueueConfigurations),
    Topics: byId(answer.TopicConfigurations),
  };
}

/**
 * What pipelines put there while they run: `PIPELINE/ARTIFACT/random.zip`, the first two trimmed. Not provisioned, and
 * there sooner or later. For a bucket that is left over, the bucket says enough.
 */
const pipelineArtifact = /^[^/]{1,20}\/[^/]{1,10}\/[A-Za-z0-9]{7}(\.zip)?$/;

async function objects(aws: Session, Bucket: string): Promise<Found[]> {
  const versions = await tokens<{ KeyMarker?: string; VersionIdMarker?: string }, sdk.ObjectVersion>(
    async (from) => {
      const answer = await client(aws).send(new sdk.ListObjectVersionsCommand({ Bucket, ...from }));
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = answer;
      // A deletion is a version too, without contents.
      const all = [...(answer.Versions ?? []), ...(answer.DeleteMarkers ?? [])];
      return [all, answer.IsTruncated ? { KeyMarker, VersionIdMarker } : undefined];
    },
  );
  const keys = [...new Set(versions.map(({ Key = "" }) => Key))].filter((key) => !pipelineArtifact.test(key));
  return each(keys, async (Key) => {
    const [answer, tagging] = await Promise.all([
      unlessAbsent(client(aws).send(new sdk.GetObjectCommand({ Bucket, Key })), "NoSuchKey"),
      unlessAbsent(client(aws).send(new sdk.GetObjectTaggingCommand({ Bucket, Key })), "NoSuchKey"),
    ]);
    return [
      {
        kind: "object",
        name: `${Bucket}/${Key}`,
        attributes: {
          Versions: versions.filter((version) => version.Key === Key).length,
          IsDeleted: answer === undefined,
          ContentType: answer?.ContentType,
          ContentEncoding: answer?.ContentEncoding,
          CacheControl: answer?.CacheControl,
          ServerSideEncryption: answer?.ServerSideEncryption,
          SSEKMSKeyId: answer?.SSEKMSKeyId,
          StorageClass: answer?.StorageClass,
          Metadata: answer?.Metadata,
          Tags: tagsOf(tagging?.TagSet),
          Content: answer?.Body && contentOf(await answer.Body.transformToByteArray()),
        },
      },
    ];
  });
}

/** S3: https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html */
export const s3: Service = {
  types: [
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketNotification:BucketNotification",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/bucketObject:BucketObject",
  ],
  async read(aws) {
    const buckets = await pages(sdk.paginateListBuckets({ client: client(aws) }, {}), (page) => page.Buckets);
    return each(buckets, async ({ Name = "" }) => [
      { kind: "bucket", name: Name, attributes: await settings(aws, Name) },
      ...(await objects(aws, Name)),
    ]);
  },
};
