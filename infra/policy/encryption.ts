import * as aws from "@pulumi/aws";
import {
  type Policies,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  validateResourceOfType,
} from "@pulumi/policy";
import { bucketsOf, settingsOf } from "./buckets";
import { allOf, called } from "./named";
import { judgeEach, refersTo } from "./unknown";

const encryptedBuckets: StackValidationPolicy = {
  name: "encrypted-buckets",
  description:
    "Artifacts and releases are kept for a long time: each bucket says how they are encrypted, so that nobody has to " +
    "know what S3 did on the day. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    judgeEach(bucketsOf(resources), (bucket) => {
      const configurations = settingsOf(bucket, resources, aws.s3.BucketServerSideEncryptionConfiguration);
      const algorithms = configurations.flatMap(({ props }) =>
        props.rules.map((rule) => rule.applyServerSideEncryptionByDefault?.sseAlgorithm),
      );
      if (algorithms.some((algorithm) => algorithm === "AES256" || algorithm?.startsWith("aws:kms"))) return;
      violation(
        `${called(bucket.resource)} does not say how its objects are encrypted. Add an ` +
          `aws.s3.BucketServerSideEncryptionConfiguration for it with sseAlgorithm "AES256" or "aws:kms".`,
        bucket.resource.urn,
      );
    });
  },
};

const repositories: ResourceValidationPolicy = {
  name: "encrypted-immutable-repositories",
  description:
    "What was tested is what runs: an image is encrypted, scanned when it is pushed, and its tag never moves to " +
    "another one. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  enforcementLevel: "mandatory",
  validateResource: validateResourceOfType(aws.ecr.Repository, (repository, args, violation) => {
    if (
      !["AES256", "KMS", "KMS_DSSE"].includes(repository.encryptionConfigurations?.[0]?.encryptionType ?? "")
    )
      violation(
        `${called(args)} does not say how its images are encrypted. Set encryptionConfigurations with ` +
          `encryptionType "AES256" or "KMS".`,
      );
    if (repository.imageTagMutability !== "IMMUTABLE")
      violation(
        `A tag of ${called(args)} can be moved to another image. Set imageTagMutability "IMMUTABLE".`,
      );
    if (repository.imageScanningConfiguration?.scanOnPush !== true)
      violation(`${called(args)} does not scan images. Set imageScanningConfiguration with scanOnPush true.`);
  }),
};

const pipelineArtifacts: StackValidationPolicy = {
  name: "encrypted-pipeline-artifacts",
  description:
    "A pipeline's artifacts are in a bucket of this stack, whose encryption, access and TLS the other rules see, or are " +
    "encrypted with a key of their own. https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    const buckets = bucketsOf(resources);
    judgeEach(allOf(resources, aws.codepipeline.Pipeline), ({ resource, props }) => {
      judgeEach(props.artifactStores, (store) => {
        if (store.encryptionKey) return;
        const owned = buckets.some((bucket) =>
          refersTo(
            resource,
            "artifactStores",
            () => store.location,
            bucket.resource,
            () => bucket.props.bucket,
          ),
        );
        if (!owned)
          violation(
            `${called(resource)} keeps artifacts in ${store.location}, which is no bucket of this stack, so that nobody ` +
              `knows how they are encrypted. Use a bucket of the stack, or give the artifact store an encryptionKey.`,
            resource.urn,
          );
      });
    });
  },
};

const buildOutput: ResourceValidationPolicy = {
  name: "encrypted-build-output",
  description:
    "CodeBuild encrypts artifacts and logs in S3 unless it is told not to. " +
    "https://docs.aws.amazon.com/codebuild/latest/userguide/security-encryption.html",
  enforcementLevel: "mandatory",
  validateResource: validateResourceOfType(aws.codebuild.Project, (project, args, violation) => {
    const outputs = [
      ["artifacts", project.artifacts.encryptionDisabled],
      ...(project.secondaryArtifacts ?? []).map((artifact) => [
        `secondaryArtifacts ${artifact.artifactIdentifier}`,
        artifact.encryptionDisabled,
      ]),
      ["logsConfig.s3Logs", project.logsConfig?.s3Logs?.encryptionDisabled],
    ];
    for (const [where, disabled] of outputs)
      if (disabled === true)
        violation(
          `${called(args)} writes ${String(where)} without encryption. Remove encryptionDisabled there.`,
        );
  }),
};

export const encryption: Policies = [encryptedBuckets, repositories, pipelineArtifacts, buildOutput];
