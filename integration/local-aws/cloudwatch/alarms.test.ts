import assert from "node:assert/strict";
import {
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
  type MetricAlarm,
  type SetAlarmStateCommandInput,
} from "@aws-sdk/client-cloudwatch";
import type { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { Events, type BusEvent } from "../core/events";
import type { Call } from "../core/acting";
import { cloudwatch } from "./alarms";
import { MetricStore } from "../core/metric-store";

const root = (account: string, region: string) => ({
  account,
  region,
  arn: `arn:aws:iam::${account}:root`,
  credentials: { accessKeyId: account, secretAccessKey: "x" },
});
const alarm: MetricAlarm = {
  AlarmName: "errors",
  Namespace: "Ours",
  MetricName: "Errors",
  Dimensions: [{ Name: "A", Value: "1" }],
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
  TreatMissingData: "notBreaching",
  StateValue: "OK",
};

/** The base: its alarms, and a gateway that tells of each call. */
function setting(definitions: MetricAlarm[], speed: number) {
  const warnings: string[] = [];
  const states: SetAlarmStateCommandInput[] = [];
  const arrived: (() => void)[] = [];
  const call = (action: string) =>
    running.beside?.after?.(
      {
        method: "POST",
        path: "/",
        headers: { "x-amz-target": `GraniteServiceVersion20100801.${action}` },
        body: Buffer.alloc(0),
        caller: root("111111111111", "us-east-1"),
      } satisfies Call,
      { status: 200, headers: {}, body: Buffer.alloc(0) },
    );
  const client = {
    send(command: unknown) {
      if (command instanceof DescribeAlarmsCommand) return Promise.resolve({ MetricAlarms: definitions });
      assert.ok(command instanceof SetAlarmStateCommand);
      states.push(command.input);
      for (const each of definitions)
        if (each.AlarmName === command.input.AlarmName) each.StateValue = command.input.StateValue;
      arrived.shift()?.();
      return Promise.resolve(call("SetAlarmState"));
    },
  };
  const clock = new Clock(speed);
  const events = new Events(clock);
  const told: BusEvent[] = [];
  events.deliverTo((event) => void told.push(event));
  const aws = { clock, root, events, client: () => client, warn: (text: string) => warnings.push(text) };
  const store = new MetricStore();
  store.own("Ours");
  const running = cloudwatch(aws as unknown as Aws, store);
  return {
    warnings,
    told,
    states,
    clock,
    store,
    call,
    running,
    change: () => new Promise<void>((resolve) => arrived.push(resolve)),
  };
}

describe("alarms", () => {
  it("sets the state in the base when a minute breaches, and back when it is over", async () => {
    const { states, clock, store, call, running, change } = setting([{ ...alarm }], 2000);
    await call("PutMetricAlarm");
    const both = [change(), change()];
    store
      .series({ account: "111111111111", region: "us-east-1" }, "Ours", "Errors", { A: "1" })
      .add(3, clock.now().getTime());
    await Promise.all(both);
    await running.close();
    assert.deepEqual(
      states.map(({ AlarmName, StateValue }) => [AlarmName, StateValue]),
      [
        ["errors", "ALARM"],
        ["errors", "OK"],
      ],
    );
    assert.match(states[0]?.StateReason ?? "", /1 out of the last 1 datapoints \[3\] was greater than/);
  });

  it("tells EventBridge of each change, whoever made it", async () => {
    const AlarmArn = "arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors";
    const definition = { ...alarm, AlarmArn, AlarmDescription: "too many" };
    const { told, call, running } = setting([definition], 1);
    await call("PutMetricAlarm");
    assert.equal(told.length, 0);
    Object.assign(definition, { StateValue: "ALARM", StateReason: "1 was greater" });
    await call("SetAlarmState");
    await call("SetAlarmState");
    await running.close();
    const [{ id: _id, time: _time, detail, ...rest } = assert.fail("no event"), ...others] = told;
    assert.deepEqual(others, []);
    assert.deepEqual(rest, {
      version: "0",
      "detail-type": "CloudWatch Alarm State Change",
      source: "aws.cloudwatch",
      account: "111111111111",
      region: "us-east-1",
      resources: [AlarmArn],
    });
    const { state, previousState, ...about } = detail as Record<string, Record<string, string>>;
    assert.match(state?.timestamp ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/);
    assert.deepEqual([state?.value, state?.reason, previousState?.value], ["ALARM", "1 was greater", "OK"]);
    const metric = { namespace: "Ours", name: "Errors", dimensions: { A: "1" } };
    assert.deepEqual(about, {
      alarmName: "errors",
      configuration: {
        description: "too many",
        metrics: [{ id: "m1", metricStat: { metric, period: 60, stat: "Sum" }, returnData: true }],
      },
    });
  });

  it("skips no minute when the clock is faster than its rounds", async () => {
    const { states, clock, store, call, running, change } = setting([{ ...alarm }], 10_000);
    await call("PutMetricAlarm");
    // 50 ms are 8 minutes: both changes fall in the same round, and the state still goes there and back.
    const series = store.series({ account: "111111111111", region: "us-east-1" }, "Ours", "Errors", {
      A: "1",
    });
    const both = [change(), change()];
    series.add(1, clock.now().getTime());
    await Promise.all(both);
    await running.close();
    assert.deepEqual(
      states.map(({ StateValue }) => StateValue),
      ["ALARM", "OK"],
    );
  });

  it("leaves other namespaces alone, and names what it cannot evaluate once", async () => {
    const { states, warnings, call, running } = setting(
      [
        { ...alarm, AlarmName: "theirs", Namespace: "Theirs", StateValue: "INSUFFICIENT_DATA" },
        { AlarmName: "math", StateValue: "INSUFFICIENT_DATA" },
        { ...alarm, AlarmName: "p99", Statistic: undefined, ExtendedStatistic: "p99" },
      ],
      10_000,
    );
    await call("PutMetricAlarm");
    await call("EnableAlarmActions");
    await new Promise((resolve) => setTimeout(resolve, 120));
    await running.close();
    assert.deepEqual(states, []);
    assert.deepEqual(warnings, [
      'the alarm "math" is not evaluated here: metric math is not implemented',
      'the alarm "p99" is not evaluated here: statistic p99 is not implemented',
    ]);
  });
});
