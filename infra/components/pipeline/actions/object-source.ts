import type { ArtifactBucket } from "../../storage/artifact-bucket";
import { type ActionWithPermissions, writing } from "./action";

/** An object in a bucket. @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html */
export function objectSource(
  name: "Templates" | "Release",
  from: { bucket: ArtifactBucket; key: string },
  artifacts: ArtifactBucket,
): ActionWithPermissions {
  return {
    action: {
      name,
      category: "Source",
      provider: "S3",
      outputArtifacts: [name],
      configuration: {
        S3Bucket: from.bucket.bucketName,
        S3ObjectKey: from.key,
        PollForSourceChanges: "false", // an event starts the pipeline
      },
    },
    statements: [
      {
        actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
        resources: [from.bucket.objects(from.key)],
      },
      {
        actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        resources: [from.bucket.arn],
      },
      writing(artifacts),
    ],
  };
}
