import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-s3";
import type * as aws from "@pulumi/aws";
import { asset } from "@pulumi/pulumi";
import { archiveBytes, assetBytes } from "../assets";
import { type Creating, keyValues, physicalName, resourceType, type ResourceTypes } from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.S3Client);

// https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
const hostedZoneOfUsEast1 = "Z3AQBSTGFYJSTF";

const bucket = resourceType<aws.s3.BucketArgs>(async (inputs, resource) => {
  const { region, account } = resource.aws;
  const name = physicalName(inputs.bucket, resource, 63).toLowerCase();
  await client(resource).send(
    new sdk.CreateBucketCommand({
      Bucket: name,
      ObjectLockEnabledForBucket: inputs.objectLockEnabled,
      // us-east-1 is the one region that must not be named.
      ...(region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as sdk.BucketLocationConstraint } }),
    }),
  );
  const TagSet = keyValues(resource.tags);
  if (TagSet.length > 0) {
    await client(resource).send(new sdk.PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet } }));
  }
  // Only says what happens on deletion.
  void inputs.forceDestroy;
  return {
    id: name,
    outputs: {
      bucket: name,
      arn: `arn:${resource.aws.partition}:s3:::${name}`,
      bucketDomainName: `${name}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      bucketRegion: region,
      hostedZoneId: hostedZoneOfUsEast1,
      objectLockEnabled: inputs.objectLockEnabled ?? false,
      requestPayer: "BucketOwner",
      forceDestroy: inputs.forceDestroy ?? false,
      grants: [{ id: account, permissions: ["FULL_CONTROL"], type: "CanonicalUser", uri: "" }],
    },
  };
});

/** A type that is one setting of a bucket, and has the bucket's name as its id. */
const setting = <Args extends object>(
  put: (
    inputs: Parameters<Parameters<typeof resourceType<Args>>[0]>[0],
    resource: Creating,
  ) => Promise<unknown>,
) =>
  resourceType<Args>(async (inputs, resource) => {
    await put(inputs, resource);
    return { id: (inputs as { bucket: string }).bucket, outputs: {} };
  });

const versioning = setting<aws.s3.BucketVersioningArgs>((inputs, resource) =>
  client(resource).send(
    new sdk.PutBucketVersioningCommand({
      Bucket: inputs.bucket,
      VersioningConfiguration: {
        Status: inputs.versioningConfiguration.status as sdk.BucketVersioningStatus,
        MFADelete: inputs.versioningConfiguration.mfaDelete as sdk.MFADelete | undefined,
      },
    }),
  ),
);

const publicAccessBlock = setting<aws.s3.BucketPublicAccessBlockArgs>((inputs, resource) =>
  client(resource).send(
    new sdk.PutPublicAccessBlockCommand({
      Bucket: inputs.bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: inputs.blockPublicAcls ?? false,
        BlockPublicPolicy: inputs.blockPublicPolicy ?? false,
        IgnorePublicAcls: inputs.ignorePublicAcls ?? false,
        RestrictPublicBuckets: inputs.restrictPublicBuckets ?? false,
      },
    }),
  ),
);

const policy = setting<aws.s3.BucketPolicyArgs>((inputs, resource) =>
  client(resource).send(
    new sdk.PutBucketPolicyCommand({ Bucket: inputs.bucket, Policy: documentText(inputs.policy) }),
  ),
);

/** A policy document is given as JSON text or as the document itself. */
const documentText = (document: unknown) =>
  typeof document === "string" ? document : JSON.stringify(document);

const encryption = setting<aws.s3.BucketServerSideEncryptionConfigurationArgs>((inputs, resource) =>
  client(resource).send(
    new sdk.PutBucketEncryptionCommand({
      Bucket: inputs.bucket,
      ServerSideEncryptionConfiguration: {
        Rules: inputs.rules.map((rule) => ({
          BucketKeyEnabled: rule.bucketKeyEnabled ?? false,
          ApplyServerSideEncryptionByDefault: rule.applyServerSideEncryptionByDefault && {
            SSEAlgorithm: rule.applyServerSideEncryptionByDefault.sseAlgorithm as sdk.ServerSideEncryption,
            KMSMasterKeyID: rule.applyServerSideEncryptionByDefault.kmsMasterKeyId,
          },
        })),
      },
    }),
  ),
);

const ownership = setting<aws.s3.BucketOwnershipControlsArgs>((inputs, resource) =>
  client(resource).send(
    new sdk.PutBucketOwnershipControlsCommand({
      Bucket: inputs.bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: inputs.rule.objectOwnership as sdk.ObjectOwnership }] },
    }),
  ),
);

const notification = setting<aws.s3.BucketNotificationArgs>((inputs, resource) => {
  type Target = { id?: string; events: string[]; filterPrefix?: string; filterSuffix?: string };
  const common = (target: Target) => {
    const rules = [
      ...(target.filterPrefix ? [{ Name: "prefix" as const, Value: target.filterPrefix }] : []),
      ...(target.filterSuffix ? [{ Name: "suffix" as const, Value: target.filterSuffix }] : []),
    ];
    return {
      Id: target.id,
      Events: target.events as sdk.Event[],
      ...(rules.length > 0 ? { Filter: { Key: { FilterRules: rules } } } : {}),
    };
  };
  return client(resource).send(
    new sdk.PutBucketNotificationConfigurationCommand({
      Bucket: inputs.bucket,
      NotificationConfiguration: {
        ...(inputs.eventbridge ? { EventBridgeConfiguration: {} } : {}),
        LambdaFunctionConfigurations: inputs.lambdaFunctions?.map((target) => ({
          ...common(target),
          LambdaFunctionArn: target.lambdaFunctionArn,
        })),
        QueueConfigurations: inputs.queues?.map((target) => ({
          ...common(target),
          QueueArn: target.queueArn,
        })),
        TopicConfigurations: inputs.topics?.map((target) => ({
          ...common(target),
          TopicArn: target.topicArn,
        })),
      },
    }),
  );
});

const lifecycle = setting<aws.s3.BucketLifecycleConfigurationArgs>((inputs, resource) =>
  client(resource).send(
    new sdk.PutBucketLifecycleConfigurationCommand({
      Bucket: inputs.bucket,
      LifecycleConfiguration: {
        Rules: (inputs.rules ?? []).map((rule) => ({
          ID: rule.id,
          Status: rule.status as sdk.ExpirationStatus,
          Filter: { Prefix: rule.filter?.prefix ?? "" },
          Expiration: rule.expiration && {
            Days: rule.expiration.days,
            ExpiredObjectDeleteMarker: rule.expiration.expiredObjectDeleteMarker,
          },
          NoncurrentVersionExpiration: rule.noncurrentVersionExpiration && {
            NoncurrentDays: rule.noncurrentVersionExpiration.noncurrentDays,
            NewerNoncurrentVersions: rule.noncurrentVersionExpiration.newerNoncurrentVersions,
          },
          AbortIncompleteMultipartUpload: rule.abortIncompleteMultipartUpload && {
            DaysAfterInitiation: rule.abortIncompleteMultipartUpload.daysAfterInitiation,
          },
        })),
      },
    }),
  ),
);

const object = resourceType<aws.s3.BucketObjectv2Args>(async (inputs, resource) => {
  const Bucket = inputs.bucket as string;
  const key = inputs.key ?? resource.name;
  const body = await contents(inputs as ObjectContents);
  const tags = new URLSearchParams(resource.tags).toString();
  const answer = await client(resource).send(
    new sdk.PutObjectCommand({
      Bucket,
      Key: key,
      Body: body,
      ContentType: inputs.contentType ?? "application/octet-stream",
      ContentEncoding: inputs.contentEncoding,
      CacheControl: inputs.cacheControl,
      Metadata: inputs.metadata && { ...inputs.metadata },
      ServerSideEncryption: inputs.serverSideEncryption as sdk.ServerSideEncryption | undefined,
      SSEKMSKeyId: inputs.kmsKeyId,
      ...(tags ? { Tagging: tags } : {}),
    }),
  );
  // Only says when the provider uploads again, and how it deletes.
  void [inputs.sourceHash, inputs.forceDestroy];
  return {
    id: `${Bucket}/${key}`,
    outputs: {
      key,
      arn: `arn:${resource.aws.partition}:s3:::${Bucket}/${key}`,
      etag: (answer.ETag ?? createHash("md5").update(body).digest("hex")).replaceAll('"', ""),
      versionId: answer.VersionId ?? "",
      contentType: inputs.contentType ?? "application/octet-stream",
      storageClass: "STANDARD",
    },
  };
});

interface ObjectContents {
  content?: string;
  contentBase64?: string;
  source?: unknown;
}

async function contents({ content, contentBase64, source }: ObjectContents): Promise<Buffer> {
  if (content !== undefined) return Buffer.from(content);
  if (contentBase64 !== undefined) return Buffer.from(contentBase64, "base64");
  if (source === undefined) return Buffer.alloc(0);
  return asset.Archive.isInstance(source) ? archiveBytes(source) : assetBytes(source);
}

/** S3: https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html */
export const s3: ResourceTypes = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketVersioning:BucketVersioning": versioning,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
  "aws:s3/bucketPolicy:BucketPolicy": policy,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownership,
  "aws:s3/bucketNotification:BucketNotification": notification,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
  "aws:s3/bucketObjectv2:BucketObjectv2": object,
  "aws:s3/bucketObject:BucketObject": object,
};
