import assert from "node:assert/strict";
import { type Recording, record, statementsOf, valueOf } from "../../testing";
import { ArtifactBucket } from "./artifact-bucket";

describe("ArtifactBucket", () => {
  let made: Recording<ArtifactBucket>;
  before(async () => {
    made = await record(() => new ArtifactBucket("releases", { bucketName: "releases-1" }));
  });

  it("is private, versioned, encrypted and tells EventBridge", () => {
    const bucket = "releases-1";
    assert.deepEqual(made.get("aws:s3/bucket:Bucket", "releases-bucket").inputs, { bucket });
    assert.deepEqual(
      made.get("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "releases-private").inputs,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
    );
    assert.deepEqual(made.get("aws:s3/bucketVersioning:BucketVersioning", "releases-versioning").inputs, {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    assert.deepEqual(
      made.get(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "releases-encryption",
      ).inputs,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    );
    assert.deepEqual(made.get("aws:s3/bucketNotification:BucketNotification", "releases-events").inputs, {
      bucket,
      eventbridge: true,
    });
  });

  it("takes nothing over a connection without TLS", () => {
    const { inputs } = made.get("aws:s3/bucketPolicy:BucketPolicy", "releases-policy");
    assert.deepEqual(statementsOf(inputs["policy"]), [
      {
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:*"],
        Resource: ["arn:aws:s3:::releases-1", "arn:aws:s3:::releases-1/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("gives its name and the ARNs of its objects", async () => {
    assert.equal(await valueOf(made.result.bucketName), "releases-1");
    assert.equal(await valueOf(made.result.objects("a/*")), "arn:aws:s3:::releases-1/a/*");
  });
});
