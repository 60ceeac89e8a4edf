import assert from "node:assert/strict";
import { targetKinds } from "../core/delivery";
import type { Call } from "../core/acting";
import { besideEventBridge } from "./api";
import { Rules } from "./rules";
import { ScheduledRules } from "./scheduled-rules";
import { busesWith, caller, defaultBus } from "./testing";

const call = (operation: string, input: object): Call => ({
  method: "POST",
  path: "/",
  headers: { "x-amz-target": `AWSEvents.${operation}` },
  body: Buffer.from(JSON.stringify(input)),
  caller,
});

function setUp(kept: object[] = []) {
  const { aws, buses } = busesWith(kept, { DescribeRuleCommand: () => ({}) });
  const rules = new Rules(aws);
  const schedules = new ScheduledRules(aws, rules, buses);
  const { operations, beside } = besideEventBridge(aws, { rules, buses, schedules, kinds: targetKinds });
  const instead = async (operation: string, input: object) => {
    const asked = call(operation, input);
    const answer = await (operations.has(asked) ? operations.answer(asked) : beside.instead?.(asked));
    return (
      answer &&
      (JSON.parse(answer.body.toString()) as Record<string, unknown> & { __type?: string; message?: string })
    );
  };
  return { aws, rules, beside, schedules, instead };
}

describe("eventbridge: what is refused", () => {
  const pipeline = "arn:aws:codepipeline:us-east-1:111111111111:app";
  const queue = "arn:aws:sqs:us-east-1:111111111111:q";
  const target = (change: object) => ({ Rule: "r", Targets: [{ Id: "1", Arn: queue, ...change }] });
  const refusals: [string, object, string, RegExp][] = [
    [
      "PutRule",
      { Name: "r" },
      "ValidationException",
      /^Parameter\(s\) EventPattern or ScheduleExpression must be specified\.$/,
    ],
    [
      "PutRule",
      { Name: "r", ScheduleExpression: "rate(1 minutes)" },
      "ValidationException",
      /^Parameter ScheduleExpression is not valid\.$/,
    ],
    [
      "PutRule",
      { Name: "r", ScheduleExpression: "rate(1 minute)", EventBusName: "b" },
      "ValidationException",
      /only on the default event bus/,
    ],
    [
      "PutRule",
      { Name: "r", EventPattern: "{}", State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" },
      "NotImplemented",
      /^not implemented: /,
    ],
    [
      "PutTargets",
      target({ Arn: "arn:aws:states:us-east-1:111111111111:stateMachine:m" }),
      "NotImplemented",
      /^not implemented: EventBridge target arn:aws:states:/,
    ],
    ["PutTargets", target({ Arn: "queue" }), "ValidationException", /Provided Arn is not in correct format/],
    ["PutTargets", target({ Arn: pipeline }), "ValidationException", /^RoleArn is required/],
    [
      "PutTargets",
      target({ Input: "{}", InputPath: "$" }),
      "ValidationException",
      /^Only one of Input, InputPath, or InputTransformer/,
    ],
    [
      "PutTargets",
      target({ Input: "text" }),
      "ValidationException",
      /^JSON syntax error in input for target 1\.$/,
    ],
    [
      "PutTargets",
      target({ InputTransformer: { InputTemplate: "text <a>" } }),
      "ValidationException",
      /^Invalid InputTemplate for target 1/,
    ],
    [
      "PutTargets",
      target({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
      "ValidationException",
      /'186' at 'targets\.1\.member\.retryPolicy\.maximumRetryAttempts'/,
    ],
    [
      "PutTargets",
      target({ Arn: `${queue}.fifo` }),
      "ValidationException",
      /SqsParameters must be specified/,
    ],
    [
      "PutTargets",
      target({ EcsParameters: { TaskDefinitionArn: "arn:t" } }),
      "NotImplemented",
      /with EcsParameters$/,
    ],
    ["PutEvents", { Entries: [] }, "ValidationException", /'entries' failed to satisfy constraint/],
    [
      "PutEvents",
      { Entries: [{ Source: "a", DetailType: "b", Detail: `{"a":"${"x".repeat(262_144)}"}` }] },
      "ValidationException",
      /^Total size of the entries/,
    ],
    [
      "CreateArchive",
      { ArchiveName: "a", EventSourceArn: "arn:b" },
      "NotImplemented",
      /^not implemented: EventBridge.CreateArchive$/,
    ],
  ];
  for (const [operation, input, code, message] of refusals)
    it(`${operation} ${JSON.stringify(input).slice(0, 90)}`, async () => {
      const answer = await setUp().instead(operation, input);
      assert.equal(answer?.__type, code);
      assert.match(answer?.message ?? "", message);
    });

  it("passes on to the base what AWS takes", async () => {
    const { instead } = setUp();
    assert.equal(await instead("PutRule", { Name: "r", ScheduleExpression: "rate(5 minutes)" }), undefined);
    assert.equal(await instead("PutTargets", target({ Input: "{}" })), undefined);
  });

  it("a sixth target, and a rule that has targets", async () => {
    const { instead } = setUp(["a", "b", "c", "d", "e"].map((Id) => ({ Id })));
    assert.equal((await instead("PutTargets", target({})))?.__type, "LimitExceededException");
    assert.equal(
      (await instead("DeleteRule", { Name: "r" }))?.message,
      "Rule can't be deleted since it has targets.",
    );
  });

  it("entries of PutEvents, each by itself", async () => {
    const good = { Source: "case.shop", DetailType: "Case", Detail: "{}" };
    const answer = await setUp().instead("PutEvents", {
      Entries: [
        good,
        { ...good, Source: "aws.s3" },
        { ...good, Source: undefined },
        { ...good, Detail: "text" },
        { ...good, Detail: "[]" },
      ],
    });
    assert.equal(answer?.FailedEntryCount, 4);
    const [first, ...others] = answer?.Entries as Record<string, string>[];
    assert.match(first?.EventId ?? "", /^[\da-f-]{36}$/);
    assert.deepEqual(
      others.map(({ ErrorCode }) => ErrorCode),
      ["NotAuthorizedForSourceException", "InvalidArgument", "MalformedDetail", "MalformedDetail"],
    );
  });
});

describe("eventbridge: rules in the base", () => {
  it("are told of when they wait for events that nothing here puts", async () => {
    const { aws, beside, schedules } = setUp();
    aws.events.emitted = [{ source: "aws.ecs", detailTypes: ["ECS Task State Change"] }];
    for (const type of ["ECS Task State Change", "ECS Deployment State Change"]) {
      const EventPattern = JSON.stringify({ source: ["aws.ecs"], "detail-type": [type] });
      const sent = call("PutRule", { Name: "r", EventPattern });
      await beside.after?.(beside.before?.(sent) ?? sent, {
        status: 200,
        headers: {},
        body: Buffer.from("{}"),
      });
    }
    assert.deepEqual(aws.warnings, [
      'rule r waits for "ECS Deployment State Change" of aws.ecs: nothing puts such events here, so that it is not rehearsed',
    ]);
    schedules.close();
  });

  it("are disabled there, so that it delivers nothing, and enabled to callers", async () => {
    const { beside, rules, schedules } = setUp();
    const sent = beside.before?.(
      call("PutRule", {
        Name: "r",
        EventPattern: "{}",
        EventBusName: "arn:aws:events:us-east-1:111111111111:event-bus/b",
      }),
    );
    assert.ok(sent);
    assert.deepEqual(JSON.parse(sent.body.toString()), {
      Name: "r",
      EventPattern: "{}",
      EventBusName: "b",
      State: "DISABLED",
    });
    await beside.after?.(sent, { status: 200, headers: {}, body: Buffer.from("{}") });
    assert.ok(rules.isEnabled({ ...defaultBus, bus: "b" }, "r"));
    const body = Buffer.from(
      JSON.stringify({
        Rules: ["r", "other"].map((Name) => ({ Name, EventBusName: "b", State: "DISABLED" })),
      }),
    );
    const shown = await beside.after?.(call("ListRules", { EventBusName: "b" }), {
      status: 200,
      headers: {},
      body,
    });
    const { Rules } = JSON.parse(String(shown?.body)) as { Rules: { State: string }[] };
    assert.deepEqual(
      Rules.map(({ State }) => State),
      ["ENABLED", "DISABLED"],
    );
    schedules.close();
  });
});

describe("eventbridge: rules with a schedule", () => {
  it("fire in AWS time, for as long as they are enabled", async () => {
    const target = {
      Id: "1",
      Arn: "arn:aws:codepipeline:us-east-1:111111111111:app",
      RoleArn: "arn:aws:iam::1:role/r",
    };
    const { aws, buses } = busesWith([target], { StartPipelineExecutionCommand: () => ({}) });
    const schedules = new ScheduledRules(aws, new Rules(aws), buses);
    const begun = aws.clock.now().getTime();
    await schedules.follow(defaultBus, "hourly");
    const count = () => aws.inputs("StartPipelineExecutionCommand").length;
    while (count() < 3) await aws.clock.sleep(60_000);
    const hours = (aws.clock.now().getTime() - begun) / 3_600_000;
    assert.ok(hours >= 3, `three runs in ${hours} hours`);
    schedules.close();
    await buses.settled();
    const after = count();
    await aws.clock.sleep(3 * 3_600_000);
    assert.equal(count(), after);
  });
});
