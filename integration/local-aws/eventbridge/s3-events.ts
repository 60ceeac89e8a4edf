import { randomBytes } from "node:crypto";
import type { AcceptedWrite } from "../core/acting";
import type { EmittedEvents, ServiceEvent } from "../core/events";

export type ObjectWrite = { bucket: string; key: string; reason: WriteReason; versionId?: string };
type WriteReason = "PutObject" | "CopyObject" | "CompleteMultipartUpload";

/** Sub-resources of an object: writing one creates no object. */
const subresources = [
  "acl",
  "tagging",
  "retention",
  "legal-hold",
  "restore",
  "torrent",
  "select",
  "uploads",
  "partNumber",
  "renameObject",
  "encryption",
];

/** What an accepted S3 write did: made a bucket, made an object, or something else. */
export function readWrite(
  write: Pick<AcceptedWrite, "method" | "path" | "headers" | "answerHeaders">,
): { created: "bucket"; bucket: string } | ({ created: "object" } & ObjectWrite) | undefined {
  const url = new URL(write.path, "http://s3");
  // BUCKET.s3.amazonaws.com, BUCKET.s3.REGION.amazonaws.com; else the bucket leads the path.
  const hosted = /^(.+?)\.s3[.-]/.exec(write.headers.host ?? "")?.[1];
  const path = hosted ? `/${hosted}${url.pathname}` : url.pathname;
  const [, bucket = "", rawKey = ""] = /^\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
  const query = url.searchParams;
  if (!bucket) return undefined;
  if (!rawKey) {
    const plain = [...query.keys()].every((name) => name === "x-id");
    return write.method === "PUT" && plain ? { created: "bucket", bucket } : undefined;
  }
  if (subresources.some((name) => query.has(name))) return undefined;
  const reason =
    write.method === "POST" && query.has("uploadId")
      ? "CompleteMultipartUpload"
      : write.method !== "PUT"
        ? undefined
        : write.headers["x-amz-copy-source"]
          ? "CopyObject"
          : "PutObject";
  if (!reason) return undefined;
  const version = write.answerHeaders["x-amz-version-id"];
  return {
    created: "object",
    bucket,
    key: decodeURIComponent(rawKey),
    reason,
    ...(typeof version === "string" && version !== "null" ? { versionId: version } : {}),
  };
}

/** S3 itself is the base's. */
export const emits = { source: "aws.s3", detailTypes: ["Object Created"] } as const satisfies EmittedEvents;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function objectCreated(
  { bucket, key, reason, versionId }: ObjectWrite,
  about: { owner: string; requester: string; region: string; time: Date; size: number; etag: string },
): ServiceEvent {
  return {
    detailType: emits.detailTypes[0],
    source: emits.source,
    account: about.owner,
    time: about.time,
    region: about.region,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: "0",
      bucket: { name: bucket },
      object: {
        key,
        size: about.size,
        etag: about.etag,
        ...(versionId ? { "version-id": versionId } : {}),
        sequencer: about.time.getTime().toString(16).toUpperCase().padStart(18, "0"),
      },
      "request-id": randomBytes(8).toString("hex").toUpperCase(),
      requester: about.requester,
      "source-ip-address": "127.0.0.1",
      reason,
    },
  };
}
