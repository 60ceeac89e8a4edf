import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { FakeAws, caller, role } from "../codepipeline/fakes";
import { Gateway, type AcceptedWrite } from "../core/gateway";
import { targetInput } from "./input";
import { pipelineTriggers } from "./pipeline-triggers";
import { readWrite } from "./s3-events";

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
    gateway.observe("s3", (one) => void seen.push(one));
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

describe("eventbridge: pipelines as targets", () => {
  const arn = "arn:aws:codepipeline:us-east-1:222222222222:prod";
  const target = { Id: "1", Arn: arn, RoleArn: "arn:aws:iam::222222222222:role/start" };

  function triggers(eventBridgeOn: boolean, result: boolean) {
    const events: string[] = [];
    const aws = new FakeAws({
      GetBucketNotificationConfigurationCommand: () =>
        eventBridgeOn ? { EventBridgeConfiguration: {} } : {},
      HeadObjectCommand: () => ({ ContentLength: 5, ETag: '"e1"' }),
      ListRulesCommand: () => ({
        Rules: [
          { Name: "off", State: "DISABLED", EventPattern: "{}" },
          { Name: "hourly", State: "ENABLED", ScheduleExpression: "rate(1 hour)" },
          { Name: "release", State: "ENABLED", EventPattern: '{"source":["aws.s3"]}' },
        ],
      }),
      ListTargetsByRuleCommand: () => ({ Targets: [target, { Id: "2", Arn: "arn:aws:sqs:us-east-1:1:q" }] }),
      TestEventPatternCommand: ({ Event }: { Event: string }) => {
        events.push(Event);
        return { Result: result };
      },
      StartPipelineExecutionCommand: () => ({}),
    });
    return { aws, events, triggers: pipelineTriggers(aws) };
  }

  it("start as the target's role, by the event of the bucket's owner", async () => {
    const { aws, events, triggers: on } = triggers(true, true);
    on.onS3Write(write("PUT", "/b", { caller: { ...caller, account: "222222222222" } }));
    on.onS3Write(write("PUT", "/b/releases/app.zip", { answerHeaders: { "x-amz-version-id": "v7" } }));
    await on.close();
    assert.deepEqual(aws.warnings, []);
    const { id, time, detail, ...rest } = JSON.parse(events[0] ?? "") as Record<string, unknown>;
    const { "request-id": requestId, object, ...others } = detail as Record<string, unknown>;
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
    const started = aws.sent.filter(({ command }) => command === "StartPipelineExecutionCommand");
    assert.deepEqual(
      started.map(({ input, as }) => [input.name, as]),
      [["prod", target.RoleArn]],
    );
  });

  it("do not start when the pattern does not match, or the bucket sends nothing to EventBridge", async () => {
    for (const [on, matches] of [
      [true, false],
      [false, true],
    ] as const) {
      const { aws, triggers: made } = triggers(on, matches);
      made.onS3Write(write("PUT", "/b/releases/app.zip"));
      await made.close();
      assert.deepEqual(aws.inputs("StartPipelineExecutionCommand"), []);
    }
  });

  it("warns of a start that fails", async () => {
    const { aws, triggers: on } = triggers(true, true);
    target.RoleArn = role("refused");
    on.onS3Write(write("PUT", "/b/releases/app.zip"));
    await on.close();
    assert.deepEqual(aws.warnings, [`EventBridge rule release could not start ${arn}: Error: not trusted`]);
  });

  it("read source revisions and variables from the target's input transformer", () => {
    const InputTransformer = {
      InputPathsMap: { version: "$.detail.object.version-id" },
      InputTemplate:
        '{"sourceRevisions":[{"actionName":"Release","revisionType":"S3_OBJECT_VERSION_ID","revisionValue":"<version>"}]}',
    };
    const event = { detail: { object: { "version-id": "v7" } } };
    assert.deepEqual(targetInput({ ...target, InputTransformer }, event).sourceRevisions, [
      { actionName: "Release", revisionType: "S3_OBJECT_VERSION_ID", revisionValue: "v7" },
    ]);
    assert.deepEqual(targetInput(target, event), {});
  });
});
