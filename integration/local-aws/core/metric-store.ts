/** What CloudWatch keeps of a period's values. */
export interface Datapoint {
  sum: number;
  count: number;
  minimum: number;
  maximum: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html, without percentiles. */
export type Statistic = "Sum" | "Average" | "Minimum" | "Maximum" | "SampleCount";

/** Whose metrics they are. */
export interface MetricScope {
  account: string;
  region: string;
}

const minuteMs = 60_000;
/** 30 hours of AWS time: an alarm looks back at most one day (Period × EvaluationPeriods ≤ 86 400 seconds). */
const keptMinutes = 30 * 60;

/** One metric with one set of dimensions, in minutes of AWS time. */
export class Series {
  private readonly minutes = new Map<number, Datapoint>();
  private newestMinute = -1;
  private newest?: Datapoint;

  /** @param atMs AWS time, milliseconds since the epoch */
  add(value: number, atMs: number): void {
    const minute = Math.floor(atMs / minuteMs);
    const point = minute === this.newestMinute && this.newest ? this.newest : this.open(minute);
    point.sum += value;
    point.count++;
    if (value < point.minimum) point.minimum = value;
    if (value > point.maximum) point.maximum = value;
  }

  /** What was measured in [fromMs, toMs), in whole minutes; undefined when nothing was. */
  between(fromMs: number, toMs: number): Datapoint | undefined {
    const first = Math.floor(fromMs / minuteMs);
    const end = Math.ceil(toMs / minuteMs);
    let total: Datapoint | undefined;
    const include = (point: Datapoint) => {
      total ??= { sum: 0, count: 0, minimum: Infinity, maximum: -Infinity };
      total.sum += point.sum;
      total.count += point.count;
      total.minimum = Math.min(total.minimum, point.minimum);
      total.maximum = Math.max(total.maximum, point.maximum);
    };
    if (end - first > this.minutes.size) {
      for (const [minute, point] of this.minutes) if (minute >= first && minute < end) include(point);
    } else {
      for (let minute = first; minute < end; minute++) {
        const point = this.minutes.get(minute);
        if (point) include(point);
      }
    }
    return total;
  }

  private open(minute: number): Datapoint {
    let point = this.minutes.get(minute);
    if (!point) {
      point = { sum: 0, count: 0, minimum: Infinity, maximum: -Infinity };
      this.minutes.set(minute, point);
      // Minutes come in order, so the first key is the oldest.
      for (const oldest of this.minutes.keys()) {
        if (this.minutes.size <= keptMinutes) break;
        this.minutes.delete(oldest);
      }
    }
    this.newestMinute = minute;
    this.newest = point;
    return point;
  }
}

export function statisticOf(point: Datapoint, statistic: Statistic): number {
  switch (statistic) {
    case "Sum":
      return point.sum;
    case "Average":
      return point.sum / point.count;
    case "Minimum":
      return point.minimum;
    case "Maximum":
      return point.maximum;
    case "SampleCount":
      return point.count;
  }
}

/**
 * The metrics that the local AWS measures itself, in memory, in minutes of AWS time. Bounded: a series keeps its
 * last 30 hours.
 */
export class MetricStore {
  private readonly namespaces = new Set<string>();
  private readonly all = new Map<string, Series>();
  private readonly gauges = new Set<(minuteStartMs: number) => void>();
  private gaugedTo?: number;

  /** Says that metrics of `namespace` are measured here, so that alarms on them are evaluated here. */
  own(namespace: string): void {
    this.namespaces.add(namespace);
  }

  owns(namespace: string): boolean {
    return this.namespaces.has(namespace);
  }

  /** The series of a metric, made if need be. Keep it where values come often. */
  series(scope: MetricScope, namespace: string, metric: string, dimensions: Record<string, string>): Series {
    const key = seriesKey(scope, namespace, metric, dimensions);
    let series = this.all.get(key);
    if (!series) this.all.set(key, (series = new Series()));
    return series;
  }

  /** The series of a metric, if anything was ever measured for it. */
  find(
    scope: MetricScope,
    namespace: string,
    metric: string,
    dimensions: Record<string, string>,
  ): Series | undefined {
    return this.all.get(seriesKey(scope, namespace, metric, dimensions));
  }

  /** Has `measure` called once for every minute of AWS time: for what has a value at all times, such as a count of hosts. */
  everyMinute(measure: (minuteStartMs: number) => void): () => void {
    this.gauges.add(measure);
    return () => this.gauges.delete(measure);
  }

  /** Takes the gauges of every whole minute before `toMs` that they were not taken of. A late call skips none. */
  takeGauges(toMs: number): void {
    const end = Math.floor(toMs / minuteMs) * minuteMs;
    for (let minute = this.gaugedTo ?? end - minuteMs; minute < end; minute += minuteMs) {
      for (const measure of this.gauges) measure(minute);
    }
    this.gaugedTo = Math.max(this.gaugedTo ?? end, end);
  }
}

function seriesKey(
  scope: MetricScope,
  namespace: string,
  metric: string,
  dimensions: Record<string, string>,
): string {
  const sorted = Object.keys(dimensions)
    .sort()
    .map((name) => `${name}=${dimensions[name]}`);
  return [scope.account, scope.region, namespace, metric, ...sorted].join("|");
}
