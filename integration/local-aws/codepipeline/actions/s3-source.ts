import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { unzipSync } from "fflate";
import { putArtifact } from "../artifact-store";
import { ActionFailure, type Act } from "./action";

/**
 * Takes a zip object of a versioned bucket as the source.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
 */
export const actOnS3Source: Act = async (request, { aws }) => {
  const { S3Bucket: bucket = "", S3ObjectKey = "", AllowOverrideForS3ObjectKey } = request.configuration;
  const override = (type: string) =>
    request.sourceRevisions.find(({ revisionType }) => revisionType === type)?.revisionValue;
  const otherKey = override("S3_OBJECT_KEY");
  if (otherKey && AllowOverrideForS3ObjectKey !== "true") {
    throw new ActionFailure("ConfigurationError", "AllowOverrideForS3ObjectKey of the action is not true");
  }
  const key = otherKey ?? S3ObjectKey;
  const s3 = aws.client(S3Client, request.identity);
  const version = override("S3_OBJECT_VERSION_ID");
  let answer;
  try {
    answer = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ...(version ? { VersionId: version } : {}) }),
    );
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (!["NoSuchKey", "NoSuchBucket", "NoSuchVersion", "AccessDenied"].includes(name)) throw error;
    throw new ActionFailure(
      name === "AccessDenied" ? "PermissionError" : "ConfigurationError",
      name === "NoSuchBucket"
        ? `The bucket ${bucket} does not exist`
        : name === "AccessDenied"
          ? `Insufficient permissions: the role of the action may not read s3://${bucket}/${key}`
          : `The object with key "${key}" does not exist in bucket "${bucket}"${version ? ` in version ${version}` : ""}`,
    );
  }
  const zip = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  try {
    unzipSync(zip, { filter: () => false });
  } catch {
    throw new ActionFailure("ConfigurationError", `s3://${bucket}/${key} is not a zip file`);
  }
  for (const output of request.outputs) await putArtifact(s3, output, zip, request.encryptionKey);
  const etag = (answer.ETag ?? "").replace(/"/g, "");
  // Without versioning S3 gives no version; AWS asks for a versioned bucket.
  const versionId = answer.VersionId ?? "null";
  const url = `https://console.aws.amazon.com/s3/object/${bucket}?region=${request.region}&prefix=${key}`;
  return {
    outputVariables: { ETag: etag, VersionId: versionId, BucketName: bucket, ObjectKey: key },
    revision: {
      id: versionId === "null" ? etag : versionId,
      summary: `Amazon S3 version id: ${versionId}`,
      url,
      created: answer.LastModified ?? aws.clock.now(),
    },
  };
};
