import type { TrafficSeries } from "../model";
import {
  ink,
  latencyColors,
  left,
  outcomeColors,
  right,
  seconds,
  width,
  type ChartInput,
} from "./chart-input";

/** The middle of window `index`, in seconds since the beginning of the chart. */
const middle = ({ period }: ChartInput, traffic: TrafficSeries, index: number) =>
  seconds(Math.min(traffic.from + (index + 0.5) * traffic.windowMs, period.to) - period.from);

/**
 * Layers on top of each other, as sums drawn from the highest to the lowest: ECharts stacks only on axes of
 * categories. Each layer is a list of values by window; the first one lies at the bottom.
 */
function layers<T extends { values: number[] }>(parts: T[]): (T & { sums: number[] })[] {
  const below: number[] = [];
  const stacked = parts.map((part) => {
    const sums = part.values.map((value, i) => (below[i] = (below[i] ?? 0) + value));
    return { ...part, sums };
  });
  return stacked.reverse();
}

export function shareSeries(input: ChartInput) {
  const { traffic, colorOf } = input;
  if (!traffic) return [];
  const parts = traffic.versions.map(({ version, answers }) => ({ version, values: answers }));
  const stacked = layers(parts);
  const all = stacked[0]?.sums ?? [];
  return stacked.map(({ version, sums }) => ({
    type: "line" as const,
    silent: true,
    xAxisIndex: 1,
    yAxisIndex: 1,
    step: "middle" as const,
    symbol: "none" as const,
    lineStyle: { width: 0 },
    itemStyle: { color: colorOf(version) },
    areaStyle: { color: colorOf(version), opacity: 1 },
    data: sums.map((sum, i) => {
      const answered = all[i] ?? 0;
      return [middle(input, traffic, i), answered > 0 ? (sum / answered) * 100 : "-"];
    }),
  }));
}

export function failureSeries(input: ChartInput) {
  const { traffic, period } = input;
  if (!traffic) return [];
  const window = ((width - left - right) * traffic.windowMs) / (period.to - period.from);
  const parts = traffic.failures.map(({ outcome, requests }) => ({ outcome, values: requests }));
  return layers(parts).map(({ outcome, values, sums }) => ({
    type: "bar" as const,
    silent: true,
    xAxisIndex: 2,
    yAxisIndex: 2,
    barWidth: Math.max(2, window),
    barGap: "-100%",
    itemStyle: { color: outcomeColors[outcome] ?? ink.soft },
    data: sums.flatMap((sum, i) => (values[i] ? [[middle(input, traffic, i), sum]] : [])),
  }));
}

export function latencySeries(input: ChartInput) {
  const { traffic } = input;
  if (!traffic) return [];
  const line = (values: (number | null)[], color: string) => ({
    type: "line" as const,
    silent: true,
    xAxisIndex: 3,
    yAxisIndex: 3,
    symbol: "none" as const,
    lineStyle: { width: 1.4, color },
    itemStyle: { color },
    data: values.map((value, i) => [middle(input, traffic, i), value === null ? "-" : Math.max(0.1, value)]),
  });
  return [line(traffic.p50Ms, latencyColors.p50), line(traffic.p99Ms, latencyColors.p99)];
}

/** The shifts of production traffic as bands and the marks as lines, through one of the four charts. */
export function moments(index: number, { period, releases, traffic }: ChartInput) {
  const shifts = releases.flatMap(({ actions }) =>
    actions.flatMap(
      ({ deployment }) => deployment?.events.filter(({ name }) => name === "AllowTraffic") ?? [],
    ),
  );
  const bands = shifts.flatMap(({ startedAt, endedAt }) =>
    startedAt === undefined
      ? []
      : [
          [
            { xAxis: seconds(startedAt - period.from) },
            { xAxis: seconds((endedAt ?? period.to) - period.from) },
          ],
        ],
  );
  return {
    type: "line" as const,
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    data: [],
    markArea: { silent: true, itemStyle: { color: "var(--band)" }, data: bands as never },
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: ink.soft, type: "dashed" as const, width: 1 },
      label: {
        show: index === 0,
        position: "start" as const,
        distance: 4,
        color: ink.text,
        fontSize: 10,
        formatter: ({ name }: { name?: string }) => name ?? "",
      },
      data: (traffic?.marks ?? []).map(({ label, at }) => ({
        name: label,
        xAxis: seconds(at - period.from),
      })),
    },
  };
}
