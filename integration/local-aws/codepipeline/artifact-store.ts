import { randomBytes } from "node:crypto";
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { EncryptionKey } from "@aws-sdk/client-codepipeline";
import { unzipSync } from "fflate";
import { ActionFailure } from "./actions/action";
import type { StoredArtifact } from "./model";

/** A place for an artifact in the artifact bucket, named as AWS does: `PIPELINE/ARTIFACT/random.zip`, both trimmed. */
export function placeArtifact(bucket: string, pipeline: string, name: string): StoredArtifact {
  const random = randomBytes(12).toString("base64").replace(/[+/]/g, "").slice(0, 7);
  return { name, bucket, key: `${pipeline.slice(0, 20)}/${name.slice(0, 10)}/${random}.zip` };
}

export async function putArtifact(
  s3: S3Client,
  { bucket, key }: StoredArtifact,
  zip: Uint8Array,
  encryptionKey?: EncryptionKey,
): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: zip,
      ContentType: "application/zip",
      ...(encryptionKey ? { ServerSideEncryption: "aws:kms", SSEKMSKeyId: encryptionKey.id } : {}),
    }),
  );
}

/**
 * Reads one text file out of an artifact.
 *
 * @param mostBytes how large the artifact's zip may be
 * @throws {ActionFailure} naming the artifact and the file, when either is not there, or the artifact is too large
 */
export async function readArtifactFile(
  s3: S3Client,
  artifact: StoredArtifact,
  file: string,
  mostBytes = Infinity,
): Promise<string> {
  const refuse = (why: string) =>
    new ActionFailure("ConfigurationError", `cannot read ${file} from the artifact ${artifact.name}: ${why}`);
  let zip: Uint8Array = new Uint8Array();
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket: artifact.bucket, Key: artifact.key }));
    zip = (await answer.Body?.transformToByteArray()) ?? zip;
  } catch (error) {
    if (error instanceof NoSuchKey)
      throw refuse(`the object s3://${artifact.bucket}/${artifact.key} does not exist`);
    throw error;
  }
  if (zip.length > mostBytes) throw refuse(`its zip has ${zip.length} bytes, and may have ${mostBytes}`);
  let data: Uint8Array | undefined;
  try {
    data = unzipSync(zip, { filter: ({ name }) => name === file })[file];
  } catch {
    throw refuse("the artifact is not a zip file");
  }
  if (!data) throw refuse("the artifact has no such file");
  return new TextDecoder().decode(data);
}
