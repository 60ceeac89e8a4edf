import { GetBucketNotificationConfigurationCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Aws, Identity } from "../core/aws";
import type { AcceptedWrite } from "../core/acting";
import { objectCreated, readWrite, type ObjectWrite } from "./s3-events";

/**
 * An object that is written to a bucket whose notifications go to EventBridge becomes an "Object Created" event of the
 * bucket's owner. `onS3Write` hears of the writes to S3.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/create-cloudtrail-S3-source-events.html
 */
export function s3Writes(aws: Aws): {
  onS3Write: (write: AcceptedWrite) => void;
  /** Resolves when the events of all that was written so far are on the bus. */
  settled: () => Promise<void>;
  close: () => Promise<void>;
} {
  const owners = new Map<string, string>();
  const working = new Set<Promise<void>>();
  let closed = false;

  async function objectWritten(write: ObjectWrite, caller: Identity): Promise<void> {
    const owner = aws.root(owners.get(write.bucket) ?? caller.account, caller.region);
    const s3 = aws.client(S3Client, owner);
    const { bucket: Bucket, key: Key, versionId: VersionId } = write;
    const to = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    if (!to.EventBridgeConfiguration) return;
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ...(VersionId ? { VersionId } : {}) }));
    aws.events.put(
      objectCreated(write, {
        owner: owner.account,
        requester: caller.account,
        region: owner.region,
        time: aws.clock.now(),
        size: head.ContentLength ?? 0,
        etag: (head.ETag ?? "").replace(/"/g, ""),
      }),
    );
  }

  const settled = async () => void (await Promise.allSettled([...working]));
  return {
    onS3Write(write) {
      const done = readWrite(write);
      if (!done || closed) return;
      if (done.created === "bucket") return void owners.set(done.bucket, write.caller.account);
      const work = objectWritten(done, write.caller)
        .catch((error: unknown) => {
          if (!closed)
            aws.warn(`the event of s3://${done.bucket}/${done.key} was not delivered: ${String(error)}`);
        })
        .finally(() => working.delete(work));
      working.add(work);
    },
    settled,
    close() {
      closed = true;
      return settled();
    },
  };
}
