import { wallBetween, type ClockMapping, type TrafficSeries } from "../model";
import { ink, left, seconds, type ChartInput } from "./chart-input";
import { elapsed } from "./format";
import type { Row } from "./rows";

// 8 to 12 ticks that read well, whatever the length.
export function interval(span: number): number {
  const nice = [
    0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400,
  ];
  return nice.find((step) => span / step <= 12) ?? span / 10;
}

export function timeAxis(gridIndex: number, span: number, labelled: boolean) {
  return {
    type: "value" as const,
    gridIndex,
    min: 0,
    max: seconds(span),
    interval: interval(seconds(span)),
    axisLine: { onZero: false, lineStyle: { color: ink.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: ink.line } },
    axisLabel: {
      show: labelled,
      showMaxLabel: false,
      color: ink.soft,
      formatter: (value: number) => elapsed(value * 1000),
    },
    name: labelled ? "AWS time since the scenario began (min:s)" : "",
    nameLocation: "middle" as const,
    nameGap: 26,
    nameTextStyle: { color: ink.soft },
  };
}

/** How long it took here until the moments of the AWS time axis: the clock goes at more than one speed. */
export function wallAxis({ from, to }: ChartInput["period"], clock: ClockMapping) {
  const wall = (value: number) => wallBetween(clock, from, from + value * 1000) / 1000;
  return {
    ...timeAxis(0, Math.max(1, to - from), true),
    position: "top" as const,
    splitLine: { show: false },
    axisLabel: {
      color: ink.soft,
      showMaxLabel: false,
      formatter: (value: number) => `${+wall(value).toFixed(1)} s`,
    },
    name: "",
    offset: 16,
    axisLine: { show: false },
  };
}

export const rowAxis = (rows: Row[]) => ({
  type: "category" as const,
  gridIndex: 0,
  inverse: true,
  data: rows.map(({ label, indented }) =>
    indented ? { value: label, textStyle: { color: ink.soft } } : label,
  ),
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: ink.text, interval: 0, width: left - 14, overflow: "truncate" as const },
  splitLine: { show: true, interval: 0, lineStyle: { color: ink.line, opacity: 0.5 } },
});

export const valueAxis = (gridIndex: number, name: string, more: object) => ({
  type: "value" as const,
  gridIndex,
  name,
  nameLocation: "end" as const,
  nameGap: 10,
  nameTextStyle: {
    color: ink.text,
    align: "right" as const,
    fontWeight: "bold" as const,
    padding: [0, 6, 0, 0],
  },
  splitLine: { lineStyle: { color: ink.line } },
  ...more,
  axisLabel: { color: ink.soft, ...(more as { axisLabel?: object }).axisLabel },
});

export const noFailures = (traffic?: TrafficSeries) =>
  traffic?.totals.failures ? {} : { max: 1, interval: 1 };

export function latencyAxis(traffic?: TrafficSeries) {
  const most = Math.max(1, ...(traffic?.p99Ms ?? []).map((value) => value ?? 0));
  const max = 10 ** Math.max(1, Math.ceil(Math.log10(most)));
  const label = (value: number) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);
  const axis = valueAxis(3, "latency", { min: 0.1, max, axisLabel: { formatter: label } });
  return { ...axis, type: "log" as const };
}
