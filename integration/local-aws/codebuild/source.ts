import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mkdir } from "node:fs/promises";
import type { BuildRoom } from "../core/container-runtime";
import type { Aws, Identity } from "../core/aws";
import { ArchiveError, extract } from "./archive";
import { PhaseFailure } from "./failure";
import type { BuildPlan } from "./model";

/** Where a source lies in the build: on this machine, and as its commands see it. */
export interface SourceFolder {
  host: string;
  inside: string;
}

/**
 * Brings a build's sources into its room. The primary one becomes the source directory, each secondary one a
 * folder of its own, found through `CODEBUILD_SRC_DIR_identifier`.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/sample-multi-in-out.html
 */
export async function downloadSources(
  aws: Aws,
  role: Identity,
  plan: BuildPlan,
  room: BuildRoom,
  signal: AbortSignal,
): Promise<Map<string, SourceFolder>> {
  if (plan.source.type === "S3") {
    const version = plan.handedOver ? undefined : plan.sourceVersion;
    await download(aws, role, plan.source.location ?? "", version, room.sourceDirectory.host, signal);
  }
  const folders = new Map<string, SourceFolder>();
  for (const { sourceIdentifier = "", location = "" } of plan.secondarySources) {
    const name = `sources/${sourceIdentifier}`;
    const folder = {
      host: `${room.scratchDirectory.host}/${name}`,
      inside: `${room.scratchDirectory.inside}/${name}`,
    };
    await mkdir(folder.host, { recursive: true });
    const version = plan.handedOver ? undefined : plan.secondarySourceVersions.get(sourceIdentifier);
    await download(aws, role, location, version, folder.host, signal);
    folders.set(sourceIdentifier, folder);
  }
  return folders;
}

async function download(
  aws: Aws,
  role: Identity,
  location: string,
  version: string | undefined,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const { bucket, key } = parseLocation(location);
  let content: Uint8Array;
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version });
    const answer = await aws.client(S3Client, role).send(command, { abortSignal: signal });
    content = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new PhaseFailure("CLIENT_ERROR", `${why} for the source s3://${bucket}/${key}`);
  }
  try {
    await extract(content, folder);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new PhaseFailure("CLIENT_ERROR", `${error.message} (s3://${bucket}/${key})`);
  }
}

/** An S3 source's location: `bucket/path/to/object.zip`, or that as an ARN. */
export function parseLocation(location: string): { bucket: string; key: string } {
  const plain = location.replace(/^arn:[^:]*:s3:::/, "").replace(/^s3:\/\//, "");
  const slash = plain.indexOf("/");
  return slash < 0
    ? { bucket: plain, key: "" }
    : { bucket: plain.slice(0, slash), key: plain.slice(slash + 1) };
}
