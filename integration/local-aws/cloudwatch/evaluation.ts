export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** The settings of a metric alarm that decide its state. */
export interface AlarmRule {
  evaluationPeriods: number;
  datapointsToAlarm: number;
  threshold: number;
  comparison: Comparison;
  treatMissingData: MissingData;
}

export type Comparison =
  | "GreaterThanOrEqualToThreshold"
  | "GreaterThanThreshold"
  | "LessThanThreshold"
  | "LessThanOrEqualToThreshold";
export type MissingData = "missing" | "ignore" | "breaching" | "notBreaching";

/** A value of one period; undefined when the period has no data. */
export type PeriodValue = number | undefined;

/**
 * How many periods an evaluation looks at. AWS looks at more than EvaluationPeriods and does not say how many; its
 * examples show five for an alarm of three
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
 */
export const evaluationRange = (evaluationPeriods: number): number => evaluationPeriods + 2;

/**
 * The state of an alarm by the values of its evaluation range, oldest first, as AWS documents it in
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html:
 *
 * - With enough data points in the range, the most recent EvaluationPeriods of them decide, gaps or not. So an alarm
 *   on a metric that comes only with errors stays in ALARM until the data points have left the range.
 * - With fewer, the missing ones are filled in by TreatMissingData, as few as possible.
 */
export function evaluate(rule: AlarmRule, range: readonly PeriodValue[], current: AlarmState): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const real = range.filter((value) => value !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter((value) => breaches(rule, value)).length;
  const filled = evaluationPeriods - real.length;
  if (breaching >= datapointsToAlarm) return "ALARM";
  if (filled === 0) return "OK";
  switch (treatMissingData) {
    case "notBreaching":
      return "OK";
    case "breaching":
      return breaching + filled >= datapointsToAlarm ? "ALARM" : "OK";
    case "ignore":
      return real.length > breaching ? "OK" : current;
    case "missing": {
      if (real.length === 0) return "INSUFFICIENT_DATA";
      if (real.length > breaching) return "OK";
      // Only breaching data points, but too few: ALARM once the oldest is at least DatapointsToAlarm periods old.
      // Until then more data may come.
      const age = range.length - range.findIndex((value) => value !== undefined);
      return age >= datapointsToAlarm ? "ALARM" : current;
    }
  }
}

export function breaches({ comparison, threshold }: AlarmRule, value: number): boolean {
  switch (comparison) {
    case "GreaterThanOrEqualToThreshold":
      return value >= threshold;
    case "GreaterThanThreshold":
      return value > threshold;
    case "LessThanThreshold":
      return value < threshold;
    case "LessThanOrEqualToThreshold":
      return value <= threshold;
  }
}

const words: Record<Comparison, string> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  GreaterThanThreshold: "greater than",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

/** Why an alarm is in a state, in CloudWatch's manner. */
export function reasonOf(rule: AlarmRule, range: readonly PeriodValue[], state: AlarmState): string {
  const { evaluationPeriods, datapointsToAlarm, threshold, comparison } = rule;
  const real = range.filter((value) => value !== undefined).slice(-evaluationPeriods);
  if (real.length === 0) {
    return state === "INSUFFICIENT_DATA"
      ? `Insufficient Data: ${evaluationPeriods} datapoints were unknown.`
      : `Threshold Crossed: no datapoints were received for ${evaluationPeriods} periods and ${evaluationPeriods} ` +
          `missing datapoints were treated as [${state === "ALARM" ? "Breaching" : "NonBreaching"}].`;
  }
  const breaching = real.filter((value) => breaches(rule, value));
  const shown = state === "ALARM" ? breaching : real.filter((value) => !breaches(rule, value));
  const listed = shown.length > 0 ? shown : real;
  const not = state === "ALARM" ? "" : "not ";
  return (
    `Threshold Crossed: ${listed.length} out of the last ${evaluationPeriods} datapoints ` +
    `[${listed.map(String).join(", ")}] ${listed.length === 1 ? "was" : "were"} ${not}${words[comparison]} ` +
    `the threshold (${threshold}) (minimum ${datapointsToAlarm} ` +
    `${datapointsToAlarm === 1 ? "datapoint" : "datapoints"} for OK -> ALARM transition).`
  );
}
