import type { CompositeAlarm, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Aws } from "../core/aws";
import type { EmittedEvents } from "../core/events";

interface State {
  value: string;
  reason?: string;
  reasonData?: string;
  timestamp: string;
}

export const emits = {
  source: "aws.cloudwatch",
  detailTypes: ["CloudWatch Alarm State Change"],
} as const satisfies EmittedEvents;

/** `2019-10-02T17:04:40.985+0000`, as alarms write it. */
const stamp = (time: Date) => time.toISOString().replace("Z", "+0000");

/**
 * Tells EventBridge of alarms whose state has changed, whoever changed it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export class StateChanges {
  private readonly known = new Map<string, State>();

  constructor(private readonly aws: Pick<Aws, "clock" | "events">) {}

  /** Takes an alarm as it now is. One that is new has changed nothing. */
  see(alarm: MetricAlarm | CompositeAlarm, { account, region }: { account: string; region: string }): void {
    const { AlarmArn = "", AlarmName = "", StateValue: value = "INSUFFICIENT_DATA" } = alarm;
    const before = this.known.get(AlarmArn);
    if (before?.value === value) return;
    const { StateReason: reason, StateReasonData: reasonData } = alarm;
    const state: State = { value, reason, reasonData, timestamp: stamp(this.aws.clock.now()) };
    this.known.set(AlarmArn, state);
    if (!before) return;
    this.aws.events.put({
      source: emits.source,
      detailType: emits.detailTypes[0],
      account,
      region,
      resources: [AlarmArn],
      detail: { alarmName: AlarmName, state, previousState: before, configuration: configurationOf(alarm) },
    });
  }
}

function configurationOf(alarm: MetricAlarm | CompositeAlarm): object {
  const description = alarm.AlarmDescription;
  if ("AlarmRule" in alarm) return { description, alarmRule: alarm.AlarmRule };
  const {
    Metrics,
    Namespace,
    MetricName,
    Dimensions = [],
    Period,
    Statistic,
    ExtendedStatistic,
    Unit,
  } = alarm as MetricAlarm;
  const dimensionsOf = (given: { Name?: string; Value?: string }[] = []) =>
    Object.fromEntries(given.map(({ Name = "", Value }) => [Name, Value]));
  const metrics = Metrics?.map(({ Id, Expression, Label, MetricStat, ReturnData }) => ({
    id: Id,
    expression: Expression,
    label: Label,
    metricStat: MetricStat && {
      metric: {
        namespace: MetricStat.Metric?.Namespace,
        name: MetricStat.Metric?.MetricName,
        dimensions: dimensionsOf(MetricStat.Metric?.Dimensions),
      },
      period: MetricStat.Period,
      stat: MetricStat.Stat,
      unit: MetricStat.Unit,
    },
    returnData: ReturnData ?? true,
  }));
  const single = {
    id: "m1",
    metricStat: {
      metric: { namespace: Namespace, name: MetricName, dimensions: dimensionsOf(Dimensions) },
      period: Period,
      stat: Statistic ?? ExtendedStatistic,
      unit: Unit,
    },
    returnData: true,
  };
  return { description, metrics: metrics?.length ? metrics : [single] };
}
