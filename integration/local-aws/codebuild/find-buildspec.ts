import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Aws, Identity } from "../core/aws";
import type { Buildspec } from "./buildspec/model";
import { parseBuildspec } from "./buildspec/parse";
import { BuildspecError } from "./buildspec/reader";
import { PhaseFailure } from "./failure";
import { parseLocation, type SourceFolder } from "./source";

/**
 * A build's buildspec: the text itself, the ARN of an S3 object, or a path in the source (`buildspec.yml` unless
 * said otherwise).
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-name-storage
 *
 * @throws PhaseFailure YAML_FILE_ERROR, as on AWS in DOWNLOAD_SOURCE, so before any command runs
 */
export async function findBuildspec(
  aws: Aws,
  role: Identity,
  given: string | undefined,
  source: SourceFolder,
): Promise<Buildspec> {
  const place = given?.trim() || "buildspec.yml";
  const inline = /[\n{]|^version\s*:/.test(place);
  try {
    if (inline) return parseBuildspec("buildspec.yml", given ?? "");
    if (place.startsWith("arn:")) return parseBuildspec(place, await fromS3(aws, role, place));
    return parseBuildspec(place, await fromSource(place, source));
  } catch (error) {
    if (!(error instanceof BuildspecError)) throw error;
    throw new PhaseFailure("YAML_FILE_ERROR", error.message);
  }
}

async function fromSource(place: string, source: SourceFolder): Promise<string> {
  const at = path.resolve(source.host, place);
  const missing = `stat ${path.posix.join(source.inside, place)}: no such file or directory`;
  if (!at.startsWith(source.host + path.sep)) throw new BuildspecError(missing);
  try {
    return await readFile(at, "utf8");
  } catch {
    throw new BuildspecError(missing);
  }
}

async function fromS3(aws: Aws, role: Identity, arn: string): Promise<string> {
  const { bucket, key } = parseLocation(arn);
  try {
    const answer = await aws.client(S3Client, role).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await answer.Body?.transformToString()) ?? "";
  } catch (error) {
    throw new BuildspecError(`cannot read ${arn}: ${String(error)}`);
  }
}
