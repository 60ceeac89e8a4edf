import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-scheduler";
import { Aws, type Identity } from "../core/aws";
import { Clock } from "../core/clock";
import { Gateway } from "../core/gateway";
import { scheduler } from ".";

const account = "111111111111";
const queue = `arn:aws:sqs:us-east-1:${account}:q`;
const trust = (service: string) =>
  encodeURIComponent(
    JSON.stringify({
      Statement: { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
    }),
  );

/** The rest of AWS: roles, and a queue that keeps what it gets. */
class FakeAws extends Aws {
  readonly messages: Record<string, unknown>[] = [];
  refuse = false;

  override client<C>(_Client: unknown, _identity: Identity): C {
    const send = async (command: { input: Record<string, unknown> }): Promise<unknown> => {
      switch (command.constructor.name) {
        case "GetRoleCommand":
          return {
            Role: { AssumeRolePolicyDocument: trust(`${String(command.input.RoleName)}.amazonaws.com`) },
          };
        case "GetQueueUrlCommand":
          return { QueueUrl: command.input.QueueName };
        default:
          if (this.refuse && command.input.QueueUrl === "q")
            throw Object.assign(new Error("no"), {
              name: "AccessDenied",
              $metadata: { httpStatusCode: 403 },
            });
          this.messages.push(command.input);
          return {};
      }
    };
    return { send } as C;
  }

  override assumeRole(): Promise<Identity> {
    return Promise.resolve(this.root(account, "us-east-1"));
  }
}

describe("scheduler", () => {
  const warnings: string[] = [];
  let gateway: Gateway;
  let aws: FakeAws;
  let client: sdk.SchedulerClient;
  let close: () => Promise<void>;

  beforeEach(async () => {
    warnings.length = 0;
    gateway = new Gateway((message) => warnings.push(message));
    const endpoint = await gateway.listen(0);
    aws = new FakeAws(endpoint, new Clock(10_000), (message) => warnings.push(message));
    const acting = scheduler(aws);
    gateway.use(acting);
    close = acting.close;
    client = new sdk.SchedulerClient({
      endpoint,
      region: "us-east-1",
      maxAttempts: 1,
      credentials: { accessKeyId: account, secretAccessKey: "x" },
    });
  });
  afterEach(async () => {
    await close();
    client.destroy();
    await gateway.close();
  });

  const Target = { Arn: queue, RoleArn: `arn:aws:iam::${account}:role/scheduler` };
  const create = (change: Partial<sdk.CreateScheduleInput> = {}) =>
    client.send(
      new sdk.CreateScheduleCommand({
        Name: "s",
        ScheduleExpression: "rate(10 minutes)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target,
        ...change,
      }),
    );
  const messages = async (count: number) => {
    const deadline = Date.now() + 5000;
    while (aws.messages.length < count && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return aws.messages.map(({ MessageBody }) => String(MessageBody));
  };
  const inHours = (hours: number) => new Date(aws.clock.now().getTime() + hours * 3_600_000);

  it("invokes its target at once, and then at its rate", async () => {
    const begun = Math.floor(aws.clock.now().getTime() / 1000) * 1000;
    await create({ Target: { ...Target, Input: "<aws.scheduler.scheduled-time>" } });
    const created = aws.clock.now().getTime();
    const times = (await messages(3)).slice(0, 3).map((time) => Date.parse(time));
    assert.ok(
      (times[0] ?? 0) >= begun && (times[0] ?? Infinity) <= created,
      "the first is for when it was made",
    );
    assert.deepEqual(
      times.map((time) => time - (times[0] ?? 0)),
      [0, 600_000, 1_200_000],
    );
    assert.deepEqual(warnings, []);
  });

  it("tells a target of itself when it has no input", async () => {
    const { ScheduleArn } = await create();
    const {
      id: _id,
      time: _time,
      ...rest
    } = JSON.parse((await messages(1))[0] ?? "") as Record<string, unknown>;
    assert.deepEqual(rest, {
      version: "0",
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account,
      region: "us-east-1",
      resources: [ScheduleArn],
      detail: "{}",
    });
  });

  it("fires once at a time, and is deleted then when it should be", async () => {
    const text = inHours(3).toISOString().slice(0, 19);
    const Input = "<aws.scheduler.scheduled-time>";
    await create({
      ScheduleExpression: `at(${text})`,
      ActionAfterCompletion: "DELETE",
      Target: { ...Target, Input },
    });
    assert.deepEqual(await messages(1), [`${text}Z`]);
    await aws.clock.sleep(3_600_000);
    await assert.rejects(
      client.send(new sdk.GetScheduleCommand({ Name: "s" })),
      sdk.ResourceNotFoundException,
    );
    assert.equal(aws.messages.length, 1);
  });

  it("begins at its start date, and ends at its end date", async () => {
    const [StartDate, EndDate] = [inHours(2), inHours(2.25)];
    await create({ StartDate, EndDate, Target: { ...Target, Input: "<aws.scheduler.scheduled-time>" } });
    await aws.clock.sleep(2.7 * 3_600_000);
    const whole = StartDate.getTime() - (StartDate.getTime() % 1000);
    assert.deepEqual(
      (await messages(2)).map((time) => Date.parse(time) - whole),
      [0, 600_000],
    );
  });

  it("a disabled one is silent", async () => {
    await create({ State: "DISABLED" });
    await aws.clock.sleep(3_600_000);
    assert.deepEqual(aws.messages, []);
    await client.send(
      new sdk.UpdateScheduleCommand({
        Name: "s",
        ScheduleExpression: "rate(10 minutes)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target,
      }),
    );
    assert.ok((await messages(1)).length >= 1);
  });

  it("puts into the dead letters, as its role, what its target does not take", async () => {
    aws.refuse = true;
    await create({ Target: { ...Target, Input: "x", DeadLetterConfig: { Arn: `${queue}-dead` } } });
    await messages(1);
    const [{ QueueUrl, MessageBody, MessageAttributes } = {}] = aws.messages;
    assert.deepEqual([QueueUrl, MessageBody], ["q-dead", "x"]);
    const { ERROR_CODE, TARGET_ARN } = MessageAttributes as Record<string, { StringValue: string }>;
    assert.deepEqual([ERROR_CODE?.StringValue, TARGET_ARN?.StringValue], ["NO_PERMISSIONS", queue]);
  });

  const refusals: [string, Partial<sdk.CreateScheduleInput>, string, RegExp][] = [
    [
      "an expression",
      { ScheduleExpression: "rate(0 minutes)" },
      "ValidationException",
      /^Invalid Schedule Expression rate\(0 minutes\)\.$/,
    ],
    ["a zone", { ScheduleExpressionTimezone: "Mars/Base" }, "ValidationException", /Mars\/Base/],
    [
      "a window without minutes",
      { FlexibleTimeWindow: { Mode: "FLEXIBLE" } },
      "ValidationException",
      /MaximumWindowInMinutes/,
    ],
    [
      "a start in the past",
      { StartDate: new Date(0) },
      "ValidationException",
      /^The StartDate you specify cannot be earlier than 5 minutes ago\.$/,
    ],
    [
      "a role of others",
      { Target: { ...Target, RoleArn: `arn:aws:iam::${account}:role/lambda` } },
      "ValidationException",
      /^The execution role you provide must allow AWS EventBridge Scheduler to assume the role\.$/,
    ],
    [
      "a universal target",
      { Target: { ...Target, Arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage" } },
      "NotImplemented",
      /^not implemented: /,
    ],
    ["a key", { KmsKeyArn: "arn:aws:kms:us-east-1:1:key/k" }, "NotImplemented", /KmsKeyArn/],
    ["a group that is not there", { GroupName: "none" }, "ResourceNotFoundException", /none/],
  ];
  for (const [what, change, name, message] of refusals)
    it(`refuses ${what}`, async () => {
      await assert.rejects(create(change), { name, message });
      assert.deepEqual((await client.send(new sdk.ListSchedulesCommand({}))).Schedules, []);
    });

  it("keeps schedules in groups, by path and query", async () => {
    await client.send(new sdk.CreateScheduleGroupCommand({ Name: "g", Tags: [{ Key: "a", Value: "b" }] }));
    await create({ GroupName: "g", State: "DISABLED" });
    await create({ Name: "t", State: "DISABLED" });
    await assert.rejects(create({ Name: "t" }), sdk.ConflictException);
    const listed = async (input: sdk.ListSchedulesInput) =>
      (await client.send(new sdk.ListSchedulesCommand(input))).Schedules?.map(
        ({ GroupName, Name }) => `${GroupName}/${Name}`,
      );
    assert.deepEqual(await listed({ GroupName: "g" }), ["g/s"]);
    assert.deepEqual(await listed({ NamePrefix: "t" }), ["default/t"]);
    const first = await client.send(new sdk.ListSchedulesCommand({ MaxResults: 1 }));
    assert.deepEqual(await listed({ NextToken: first.NextToken }), ["default/t"]);
    const { Arn: ResourceArn } = await client.send(new sdk.GetScheduleGroupCommand({ Name: "g" }));
    await client.send(new sdk.UntagResourceCommand({ ResourceArn, TagKeys: ["a"] }));
    assert.deepEqual((await client.send(new sdk.ListTagsForResourceCommand({ ResourceArn }))).Tags, []);
    await client.send(new sdk.DeleteScheduleGroupCommand({ Name: "g" }));
    assert.deepEqual(await listed({}), ["default/t"]);
  });
});
