import assert from "node:assert/strict";
import { account, busesWith, defaultBus, event, ruleArn } from "./testing";

const pipeline = {
  Id: "1",
  Arn: "arn:aws:codepipeline:us-east-1:222222222222:prod",
  RoleArn: "arn:aws:iam::222222222222:role/start",
};
const queue = { Id: "q", Arn: `arn:aws:sqs:us-east-1:${account}:q` };
const deadLetters = `arn:aws:sqs:us-east-1:${account}:dead`;
const open = (service = "events.amazonaws.com") => ({
  Policy: JSON.stringify({
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sqs:SendMessage",
        Condition: { ArnEquals: { "aws:SourceArn": ruleArn } },
      },
    ],
  }),
});
const queues = (attributes: object = open()) => ({
  GetQueueUrlCommand: ({ QueueName }: { QueueName: string }) => ({ QueueUrl: `url of ${QueueName}` }),
  GetQueueAttributesCommand: () => ({ Attributes: attributes }),
  SendMessageCommand: () => ({}),
});
const failing = (name: string, status: number, times = Infinity) => {
  let failures = 0;
  return () => {
    if (failures++ >= times) return {};
    throw Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: status } });
  };
};

describe("eventbridge: delivery", () => {
  it("starts a pipeline as the target's role, without the event", async () => {
    const { aws, put } = busesWith([pipeline], { StartPipelineExecutionCommand: () => ({}) });
    await put();
    assert.deepEqual(aws.warnings, []);
    const started = aws.sent.filter(({ command }) => command === "StartPipelineExecutionCommand");
    assert.deepEqual(started, [
      {
        command: "StartPipelineExecutionCommand",
        input: { name: "prod", variables: undefined, sourceRevisions: undefined },
        as: pipeline.RoleArn,
      },
    ]);
  });

  it("starts nothing when the pattern does not match", async () => {
    const { aws, put } = busesWith([pipeline], {}, false);
    await put();
    assert.deepEqual(aws.inputs("StartPipelineExecutionCommand"), []);
    assert.equal(aws.inputs("TestEventPatternCommand").length, 1);
  });

  it("warns of a role that does not trust EventBridge", async () => {
    const { aws, put } = busesWith([{ ...pipeline, RoleArn: "arn:aws:iam::222222222222:role/refused" }]);
    await put();
    assert.deepEqual(aws.warnings, [
      `EventBridge rule release could not deliver to ${pipeline.Arn}: arn:aws:iam::222222222222:role/refused: Error: not trusted`,
    ]);
  });

  it("starts a build with the members of its input", async () => {
    const target = {
      ...pipeline,
      Arn: `arn:aws:codebuild:us-east-1:${account}:project/app`,
      Input: '{"sourceVersion":"main"}',
    };
    const { aws, put } = busesWith([target], { StartBuildCommand: () => ({}) });
    await put();
    assert.deepEqual(aws.inputs("StartBuildCommand"), [{ sourceVersion: "main", projectName: "app" }]);
  });

  it("sends the event to a queue whose policy lets the rule in", async () => {
    const { aws, put } = busesWith([queue], queues());
    await put();
    const [{ QueueUrl, MessageBody } = {}] = aws.inputs("SendMessageCommand");
    assert.equal(QueueUrl, "url of q");
    assert.deepEqual(JSON.parse(String(MessageBody)), event());
  });

  it("does not send to a queue that lets nobody in, or another service", async () => {
    for (const attributes of [{}, open("sns.amazonaws.com")]) {
      const { aws, put } = busesWith([queue], queues(attributes));
      await put();
      assert.deepEqual(aws.inputs("SendMessageCommand"), []);
      assert.match(
        aws.warnings.join(),
        /resource policy of .*:q does not let events.amazonaws.com call sqs:SendMessage/,
      );
    }
  });

  it("tries again what may pass, in AWS time", async () => {
    const { aws, put } = busesWith([pipeline], {
      StartPipelineExecutionCommand: failing("InternalError", 500, 3),
    });
    await put();
    assert.equal(aws.inputs("StartPipelineExecutionCommand").length, 4);
    assert.deepEqual(aws.warnings, []);
  });

  it("puts into the dead letters what it gives up, with what AWS says of it", async () => {
    const DeadLetterConfig = { Arn: deadLetters };
    const RetryPolicy = { MaximumRetryAttempts: 2 };
    const { aws, put } = busesWith([{ ...pipeline, DeadLetterConfig, RetryPolicy }], {
      StartPipelineExecutionCommand: failing("InternalError", 500),
      ...queues(),
    });
    await put();
    assert.equal(aws.inputs("StartPipelineExecutionCommand").length, 3);
    const [{ QueueUrl, MessageBody, MessageAttributes } = {}] = aws.inputs("SendMessageCommand");
    assert.equal(QueueUrl, "url of dead");
    assert.deepEqual(JSON.parse(String(MessageBody)), event());
    const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
    assert.deepEqual(MessageAttributes, {
      ERROR_CODE: attribute("ERROR_FROM_TARGET"),
      ERROR_MESSAGE: attribute("InternalError: no"),
      RETRY_ATTEMPTS: attribute("2"),
      EXHAUSTED_RETRY_CONDITION: attribute("MaximumRetryAttempts"),
      RULE_ARN: attribute(ruleArn),
      TARGET_ARN: attribute(pipeline.Arn),
    });
    assert.deepEqual(aws.warnings, []);
  });

  it("does not try again what is not there", async () => {
    const { aws, put } = busesWith([pipeline], {
      StartPipelineExecutionCommand: failing("PipelineNotFoundException", 400),
    });
    await put();
    assert.equal(aws.inputs("StartPipelineExecutionCommand").length, 1);
    assert.match(aws.warnings.join(), /PipelineNotFoundException/);
  });

  it("hands an event on to another bus, but to no third account", async () => {
    const other = { Id: "b", Arn: `arn:aws:events:us-east-1:222222222222:event-bus/theirs` };
    const policy = {
      Policy: JSON.stringify({
        Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` } }],
      }),
    };
    for (const [from, buses] of [
      [account, ["default", "theirs"]],
      ["333333333333", ["default"]],
    ] as const) {
      const made = busesWith([other], {
        DescribeEventBusCommand: () => policy,
        ListTargetsByRuleCommand: ({ EventBusName }: { EventBusName: string }) => ({
          Targets: EventBusName === "default" ? [other] : [],
        }),
      });
      await made.put(event({ account: from }), defaultBus);
      assert.deepEqual(
        made.aws.inputs("ListRulesCommand").map(({ EventBusName }) => EventBusName),
        buses,
      );
    }
  });

  it("hands nothing to a bus of an account that does not admit it", async () => {
    const other = { Id: "b", Arn: "arn:aws:events:us-east-1:222222222222:event-bus/theirs" };
    for (const Policy of [
      undefined,
      JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: "333333333333" } }] }),
    ]) {
      const { aws, put } = busesWith([other], { DescribeEventBusCommand: () => ({ Policy }) });
      await put();
      assert.equal(aws.inputs("ListRulesCommand").length, 1);
      assert.match(aws.warnings.join(), /the policy of .*theirs does not admit 111111111111/);
    }
  });
});

describe("eventbridge: a bus with faults", () => {
  const bodies = async (faults: object, count = 20) => {
    const { aws, buses } = busesWith([queue], queues());
    aws.events.faults = { seed: 7, ...faults };
    for (let n = 0; n < count; n++) buses.put(event({ id: String(n) }), defaultBus);
    await buses.settled();
    return aws
      .inputs("SendMessageCommand")
      .map(({ MessageBody }) => (JSON.parse(String(MessageBody)) as { id: string }).id);
  };
  const inOrder = Array.from({ length: 20 }, (_, n) => String(n));

  it("is off by default", async () => assert.deepEqual(await bodies({}), inOrder));
  it("loses a share of the deliveries, the same with the same seed", async () => {
    const came = await bodies({ lose: 0.3 });
    assert.ok(came.length > 5 && came.length < 20);
    assert.deepEqual(await bodies({ lose: 0.3 }), came);
    assert.notDeepEqual(await bodies({ seed: 8, lose: 0.3 }), came);
  });
  it("repeats", async () =>
    assert.deepEqual((await bodies({ repeat: 1 })).sort(), [...inOrder, ...inOrder].sort()));
  it("reorders", async () => {
    const came = await bodies({ reorder: 0.5 });
    assert.notDeepEqual(came, inOrder);
    assert.deepEqual(came.sort(), [...inOrder].sort());
  });
});
