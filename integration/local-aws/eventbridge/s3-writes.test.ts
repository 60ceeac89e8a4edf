import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { AcceptedWrite } from "../core/acting";
import { Gateway } from "../core/gateway";
import type { BusEvent } from "../core/events";
import { readWrite } from "./s3-events";
import { s3Writes } from "./s3-writes";
import { caller, FakeAws } from "./testing";

const write = (method: string, path: string, more: Partial<AcceptedWrite> = {}): AcceptedWrite => ({
  method,
  path,
  headers: { host: "127.0.0.1:4566" },
  answerHeaders: {},
  caller,
  ...more,
});

describe("eventbridge: S3 writes", () => {
  const cases: [string, AcceptedWrite, unknown][] = [
    ["a bucket", write("PUT", "/b"), { created: "bucket", bucket: "b" }],
    ["a bucket's versioning", write("PUT", "/b?versioning"), undefined],
    [
      "an object",
      write("PUT", "/b/a%20b/c.zip?x-id=PutObject", { answerHeaders: { "x-amz-version-id": "v1" } }),
      { created: "object", bucket: "b", key: "a b/c.zip", reason: "PutObject", versionId: "v1" },
    ],
    [
      "a copy",
      write("PUT", "/b/c.zip", { headers: { "x-amz-copy-source": "x/y" } }),
      { created: "object", bucket: "b", key: "c.zip", reason: "CopyObject" },
    ],
    [
      "the end of a multipart upload",
      write("POST", "/b/c.zip?uploadId=u"),
      { created: "object", bucket: "b", key: "c.zip", reason: "CompleteMultipartUpload" },
    ],
    [
      "an object, by the bucket's host name",
      write("PUT", "/c.zip", { headers: { host: "b.s3.us-east-1.amazonaws.com" } }),
      { created: "object", bucket: "b", key: "c.zip", reason: "PutObject" },
    ],
    ["a part", write("PUT", "/b/c.zip?partNumber=1&uploadId=u"), undefined],
    ["the start of a multipart upload", write("POST", "/b/c.zip?uploads"), undefined],
    ["tags", write("PUT", "/b/c.zip?tagging"), undefined],
    ["a deletion", write("DELETE", "/b/c.zip"), undefined],
  ];
  for (const [what, given, expected] of cases)
    it(`reads ${what}`, () => assert.deepEqual(readWrite(given), expected));
});

describe("eventbridge: the gateway", () => {
  it("tells of the writes that the base accepted, and of nothing else", async () => {
    const base = http.createServer((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(request.url?.includes("refused") ? 403 : 200, { "x-amz-version-id": "v1" }).end();
      });
    });
    await new Promise<void>((resolve) => base.listen(0, "127.0.0.1", resolve));
    const { port } = base.address() as AddressInfo;
    const gateway = new Gateway((message) => assert.fail(message));
    gateway.useBase(`http://127.0.0.1:${port}`);
    const endpoint = await gateway.listen(0);
    const seen: AcceptedWrite[] = [];
    gateway.use({ signingName: "events", hears: { s3: (one) => void seen.push(one) } });
    const send = (method: string, path: string, service = "s3") =>
      fetch(endpoint + path, {
        method,
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/${service}/aws4_request`,
        },
        ...(method === "PUT" ? { body: "body" } : {}),
      }).then((answer) => answer.arrayBuffer());
    await send("GET", "/b/read");
    await send("PUT", "/b/refused");
    await send("PUT", "/elsewhere", "lambda");
    await send("PUT", "/b/key");
    assert.deepEqual(
      seen.map(({ method, path, caller: by, answerHeaders }) => [
        method,
        path,
        by.account,
        answerHeaders["x-amz-version-id"],
      ]),
      [["PUT", "/b/key", "111111111111", "v1"]],
    );
    await gateway.close();
    await new Promise((resolve) => base.close(resolve));
  });
});

describe("eventbridge: events of S3", () => {
  const seen = async (eventBridgeOn: boolean) => {
    const aws = new FakeAws({
      GetBucketNotificationConfigurationCommand: () =>
        eventBridgeOn ? { EventBridgeConfiguration: {} } : {},
      HeadObjectCommand: () => ({ ContentLength: 5, ETag: '"e1"' }),
    });
    const events: BusEvent[] = [];
    aws.events.deliverTo((event) => void events.push(event));
    const { onS3Write, close } = s3Writes(aws);
    onS3Write(write("PUT", "/b", { caller: { ...caller, account: "222222222222" } }));
    onS3Write(write("PUT", "/b/releases/app.zip", { answerHeaders: { "x-amz-version-id": "v7" } }));
    await close();
    assert.deepEqual(aws.warnings, []);
    return events;
  };

  it("are of the bucket's owner", async () => {
    const [{ id, time, detail, ...rest } = assert.fail("no event")] = await seen(true);
    const { "request-id": requestId, object, ...others } = detail;
    const { sequencer, ...put } = object as Record<string, unknown>;
    assert.ok([id, time, requestId, sequencer].every((value) => typeof value === "string"));
    assert.deepEqual(rest, {
      version: "0",
      "detail-type": "Object Created",
      source: "aws.s3",
      account: "222222222222",
      region: "us-east-1",
      resources: ["arn:aws:s3:::b"],
    });
    assert.deepEqual(put, { key: "releases/app.zip", size: 5, etag: "e1", "version-id": "v7" });
    assert.deepEqual(others, {
      version: "0",
      bucket: { name: "b" },
      requester: "111111111111",
      "source-ip-address": "127.0.0.1",
      reason: "PutObject",
    });
  });

  it("are none where the bucket sends nothing to EventBridge", async () =>
    assert.deepEqual(await seen(false), []));
});
