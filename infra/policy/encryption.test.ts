import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { encryption } from "./encryption";
import { messagesAbout } from "./testing";

describe("encryption", () => {
  it("of a bucket has to be said", async () => {
    const bucket = (algorithm?: string) => () => {
      const made = new aws.s3.Bucket("data", { bucket: "data" });
      const other = new aws.s3.Bucket("other", { bucket: "other" });
      const applyServerSideEncryptionByDefault = { sseAlgorithm: "AES256" };
      const encrypted = (name: string, of: aws.s3.Bucket, rules: object[]) =>
        new aws.s3.BucketServerSideEncryptionConfiguration(name, { bucket: of.bucket, rules });
      encrypted("other", other, [{ applyServerSideEncryptionByDefault }]);
      if (algorithm !== undefined)
        encrypted("data", made, [{ applyServerSideEncryptionByDefault: { sseAlgorithm: algorithm } }]);
    };
    const missing = [
      "encrypted-buckets: Bucket data does not say how its objects are encrypted. Add an " +
        'aws.s3.BucketServerSideEncryptionConfiguration for it with sseAlgorithm "AES256" or "aws:kms".',
    ];
    assert.deepEqual(await messagesAbout(encryption, bucket("AES256")), []);
    assert.deepEqual(await messagesAbout(encryption, bucket("aws:kms:dsse")), []);
    assert.deepEqual(await messagesAbout(encryption, bucket("none")), missing);
    assert.deepEqual(await messagesAbout(encryption, bucket()), missing);
  });

  it("of a bucket of the old class has to be said, too", async () => {
    assert.deepEqual(await messagesAbout(encryption, () => new aws.s3.BucketV2("data", { bucket: "data" })), [
      "encrypted-buckets: BucketV2 data does not say how its objects are encrypted. Add an " +
        'aws.s3.BucketServerSideEncryptionConfiguration for it with sseAlgorithm "AES256" or "aws:kms".',
    ]);
  });

  it("of a repository has to be said, and its tags have to stay", async () => {
    const good = {
      encryptionConfigurations: [{ encryptionType: "KMS" }],
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    };
    const repository = (change: Partial<aws.ecr.RepositoryArgs>) => () =>
      new aws.ecr.Repository("images", { ...good, ...change });
    assert.deepEqual(await messagesAbout(encryption, repository({})), []);
    assert.deepEqual(await messagesAbout(encryption, repository({ encryptionConfigurations: [] })), [
      "encrypted-immutable-repositories: Repository images does not say how its images are encrypted. Set " +
        'encryptionConfigurations with encryptionType "AES256" or "KMS".',
    ]);
    assert.deepEqual(await messagesAbout(encryption, repository({ imageTagMutability: "MUTABLE" })), [
      "encrypted-immutable-repositories: A tag of Repository images can be moved to another image. Set " +
        'imageTagMutability "IMMUTABLE".',
    ]);
    assert.deepEqual(await messagesAbout(encryption, repository({ imageScanningConfiguration: undefined })), [
      "encrypted-immutable-repositories: Repository images does not scan images. Set imageScanningConfiguration with " +
        "scanOnPush true.",
    ]);
  });

  it("of a pipeline's artifacts has to be known", async () => {
    const rules = encryption.filter(({ name }) => name === "encrypted-pipeline-artifacts");
    const pipeline = (store: Partial<aws.types.input.codepipeline.PipelineArtifactStore>) => () => {
      const bucket = new aws.s3.Bucket("artifacts", { bucket: "artifacts" });
      new aws.codepipeline.Pipeline("release", {
        roleArn: "arn:aws:iam::111111111111:role/pipeline",
        artifactStores: [{ type: "S3", location: bucket.bucket, ...store }],
        stages: [],
      });
    };
    assert.deepEqual(await messagesAbout(rules, pipeline({})), []);
    assert.deepEqual(await messagesAbout(rules, pipeline({ location: "elsewhere" })), [
      "encrypted-pipeline-artifacts: Pipeline release keeps artifacts in elsewhere, which is no bucket of this stack, so " +
        "that nobody knows how they are encrypted. Use a bucket of the stack, or give the artifact store an encryptionKey.",
    ]);
    const key = { id: "arn:aws:kms:us-east-1:111111111111:key/1", type: "KMS" };
    assert.deepEqual(await messagesAbout(rules, pipeline({ location: "elsewhere", encryptionKey: key })), []);
  });

  it("of a build's output must not be turned off", async () => {
    const project = (change: Partial<aws.codebuild.ProjectArgs>) => () =>
      new aws.codebuild.Project("image", {
        serviceRole: "arn:aws:iam::111111111111:role/build",
        source: { type: "CODEPIPELINE" },
        environment: { type: "LINUX_CONTAINER", image: "image", computeType: "BUILD_GENERAL1_SMALL" },
        artifacts: { type: "CODEPIPELINE" },
        ...change,
      });
    const without = (where: string) => [
      `encrypted-build-output: Project image writes ${where} without encryption. Remove encryptionDisabled there.`,
    ];
    assert.deepEqual(await messagesAbout(encryption, project({})), []);
    assert.deepEqual(
      await messagesAbout(encryption, project({ artifacts: { type: "S3", encryptionDisabled: true } })),
      without("artifacts"),
    );
    assert.deepEqual(
      await messagesAbout(
        encryption,
        project({
          secondaryArtifacts: [{ type: "S3", artifactIdentifier: "reports", encryptionDisabled: true }],
        }),
      ),
      without("secondaryArtifacts reports"),
    );
    assert.deepEqual(
      await messagesAbout(
        encryption,
        project({ logsConfig: { s3Logs: { status: "ENABLED", encryptionDisabled: true } } }),
      ),
      without("logsConfig.s3Logs"),
    );
  });
});
