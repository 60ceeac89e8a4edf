import {
  awsTime,
  wallTime,
  type AwsMs,
  type ClockMapping,
  type TrafficSeries,
  type TrafficTotals,
} from "../model";
import { dueBetween } from "../traffic/rate";
import { lateAfterMs, outcomes, percentile, requestsBetween, type Recording } from "../traffic/recording";

const mostWindows = 180;
const shortestWallMs = 100;
const second = 1000;
const minute = 60 * second;
const niceWindows = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 20, 30, 60, 120, 240].map((count) => count * minute),
];

/**
 * What clients saw in [from, to) of AWS time, in at most 180 equal windows of a length that reads well. A request
 * belongs to the window in which it was due, whenever it was answered.
 */
export function trafficSeries(
  service: string,
  recording: Recording,
  clock: ClockMapping,
  { from, to }: { from: AwsMs; to: AwsMs },
): TrafficSeries {
  const shortest = Math.max(shortestWallMs * clock.speed, (to - from) / mostWindows);
  const windowMs = niceWindows.find((length) => length >= shortest) ?? shortest;
  const count = Math.max(1, Math.ceil((to - from) / windowMs));
  const zeros = () => new Array<number>(count).fill(0);
  const answers = new Map<string, number[]>();
  const failures = new Map<(typeof outcomes)[number], number[]>();
  const latencies = Array.from({ length: count }, (): number[] => []);
  const all: number[] = [];
  let requests = 0;
  let lateSends = 0;
  let maxLateMs = 0;
  const add = <K>(map: Map<K, number[]>, key: K, window: number) => {
    const counts = map.get(key) ?? zeros();
    counts[window] = (counts[window] ?? 0) + 1;
    map.set(key, counts);
  };
  for (const request of requestsBetween(recording, wallTime(clock, from), wallTime(clock, to))) {
    const at = awsTime(clock, request.scheduledAt);
    const window = Math.min(count - 1, Math.max(0, Math.floor((at - from) / windowMs)));
    requests++;
    if (request.status > 0) add(answers, request.version, window);
    if (request.outcome !== "ok") add(failures, request.outcome, window);
    if (request.lateMs > lateAfterMs) lateSends++;
    maxLateMs = Math.max(maxLateMs, request.lateMs);
    latencies[window]?.push(request.latencyMs);
    all.push(request.latencyMs);
  }
  for (const values of latencies) values.sort((a, b) => a - b);
  all.sort((a, b) => a - b);
  const at = (values: number[], fraction: number) => {
    const value = percentile(values, fraction);
    return value === undefined ? null : Math.round(value * 100) / 100;
  };
  const failed = outcomes.filter((outcome) => outcome !== "ok");
  const totals: TrafficTotals = {
    requests,
    failures: [...failures.values()].flat().reduce((sum, one) => sum + one, 0),
    due: Math.round(dueBetween(recording.rates, wallTime(clock, from), wallTime(clock, to))),
    lateSends,
    maxLateMs: Math.round(maxLateMs * 10) / 10,
    p50Ms: at(all, 0.5),
    p95Ms: at(all, 0.95),
    p99Ms: at(all, 0.99),
    problems: recording.problems,
  };
  return {
    service,
    environment: recording.name,
    from,
    windowMs,
    versions: [...new Set(recording.versions)]
      .filter((version) => answers.has(version))
      .map((version) => ({ version, answers: answers.get(version) ?? zeros() })),
    failures: failed
      .filter((outcome) => failures.has(outcome))
      .map((outcome) => ({ outcome, requests: failures.get(outcome) ?? zeros() })),
    p50Ms: latencies.map((values) => at(values, 0.5)),
    p95Ms: latencies.map((values) => at(values, 0.95)),
    p99Ms: latencies.map((values) => at(values, 0.99)),
    totals,
    marks: recording.marks
      .map(({ label, at }) => ({ label, at: awsTime(clock, at) }))
      .filter((mark) => mark.at >= from && mark.at <= to),
  };
}
