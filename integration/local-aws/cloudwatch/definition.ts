import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { AlarmRule, Comparison, MissingData } from "./evaluation";
import type { MetricStore, Statistic } from "../core/metric-store";

/** A metric alarm that is evaluated here. */
export interface AlarmDefinition {
  name: string;
  namespace: string;
  metric: string;
  dimensions: Record<string, string>;
  statistic: Statistic;
  periodMs: number;
  rule: AlarmRule;
}

const statistics: readonly string[] = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"];
const comparisons: readonly string[] = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
];

/**
 * What an alarm of the base asks for: a definition, a reason why it cannot be evaluated here, or nothing when its
 * metric is not measured here and so not our concern.
 */
export function definitionOf(
  alarm: MetricAlarm,
  store: MetricStore,
): AlarmDefinition | { refused: string } | undefined {
  const name = alarm.AlarmName ?? "";
  const refused = (why: string) => ({ refused: `the alarm "${name}" is not evaluated here: ${why}` });
  // The base forgets the Metrics of a PutMetricAlarm; what is left has no metric name.
  if (!alarm.MetricName || !alarm.Namespace) return refused("metric math is not implemented");
  if (!store.owns(alarm.Namespace)) return undefined;
  if (alarm.ExtendedStatistic) return refused(`statistic ${alarm.ExtendedStatistic} is not implemented`);
  const statistic = alarm.Statistic ?? "";
  if (!statistics.includes(statistic)) return refused(`it has no statistic "${statistic}"`);
  const comparison = alarm.ComparisonOperator ?? "";
  if (!comparisons.includes(comparison)) return refused(`comparison ${comparison} is not implemented`);
  const period = alarm.Period ?? 60;
  if (period % 60 !== 0)
    return refused(`its period is ${period} seconds, and metrics are kept by the minute`);
  const evaluationPeriods = alarm.EvaluationPeriods ?? 1;
  return {
    name,
    namespace: alarm.Namespace,
    metric: alarm.MetricName,
    dimensions: Object.fromEntries(
      (alarm.Dimensions ?? []).map(({ Name = "", Value = "" }) => [Name, Value]),
    ),
    statistic: statistic as Statistic,
    periodMs: period * 1000,
    rule: {
      evaluationPeriods,
      datapointsToAlarm: alarm.DatapointsToAlarm ?? evaluationPeriods,
      threshold: alarm.Threshold ?? 0,
      comparison: comparison as Comparison,
      treatMissingData: (alarm.TreatMissingData || "missing") as MissingData,
    },
  };
}
