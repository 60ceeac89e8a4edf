import type { CustomSeriesRenderItem, EChartsOption, init as Init } from "echarts/types/dist/echarts" with {
  "resolution-mode": "import",
};
import type { AwsMs, ClockMapping, ReleaseTimeline, TrafficSeries } from "../model";
import { duration, elapsed } from "./format";
import { escapeText, Html } from "./html";
import { timelineRows, type Bar, type Row } from "./rows";

// The package declares its types as an ES module's only, and its CommonJS build has none.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { init } = require("echarts") as { init: typeof Init };

const width = 1120;
const left = 150;
const right = 20;
const rowHeight = 19;
const gap = 44;
const heights = { top: 62, share: 120, failures: 64, latency: 96, bottom: 44 };
const font = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Colours are custom properties of the page, so that a chart follows its light or dark theme. */
const ink = { text: "var(--ink)", soft: "var(--soft)", line: "var(--line)" };
const statusColors: Record<string, string> = {
  Succeeded: "var(--good)",
  Failed: "var(--bad)",
  RolledBack: "var(--warn)",
};
export const outcomeColors: Record<string, string> = {
  error: "var(--bad)",
  wrong: "var(--warn)",
  refused: "var(--c7)",
  reset: "var(--c3)",
  timeout: "var(--c4)",
  lost: "var(--soft)",
};

export const latencyColors = { p50: "var(--soft)", p99: "var(--ink)" };

export interface ChartInput {
  id: string;
  title: string;
  period: { from: AwsMs; to: AwsMs };
  clock: ClockMapping;
  releases: readonly ReleaseTimeline[];
  traffic: TrafficSeries | undefined;
  /** The colour of each version. */
  colorOf: (version: string) => string;
}

/** One environment over a scenario: its pipeline, its traffic, its failures and its latency, on one time axis. */
export function environmentChart(input: ChartInput): Html {
  const { period, clock, releases, traffic } = input;
  const { rows, bars } = timelineRows(releases);
  const span = Math.max(1, period.to - period.from);
  const ganttHeight = Math.max(1, rows.length) * rowHeight;
  let top = heights.top;
  const grid = [ganttHeight, heights.share, heights.failures, heights.latency].map((height) => {
    const place = { left, right, top, height };
    top += height + gap;
    return place;
  });
  const height = top - gap + heights.bottom;
  const lines = [0, 1, 2, 3].map((index) => timeAxis(index, span, index === 3));
  const option: EChartsOption = {
    animation: false,
    textStyle: { fontFamily: font, color: ink.text },
    grid,
    xAxis: [...lines, wallAxis(span, clock)],
    graphic: captions(input, grid),
    yAxis: [
      rowAxis(rows),
      valueAxis(1, "traffic share", { max: 100, interval: 50, axisLabel: { formatter: "{value} %" } }),
      valueAxis(2, "failures", { minInterval: 1, splitNumber: 2, min: 0, ...noFailures(traffic) }),
      latencyAxis(traffic),
    ],
    series: [
      gantt(rows, bars, period.from),
      ...shareSeries(input),
      ...failureSeries(input),
      ...latencySeries(input),
      ...[0, 1, 2, 3].map((index) => moments(index, input)),
    ],
  };
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    return inline(chart.renderToSVGString(), input);
  } finally {
    chart.dispose();
  }
}

/** Words beside the charts: what the upper axis is, and that there is nothing to see where there is nothing. */
function captions({ traffic }: ChartInput, grid: { top: number; height: number }[]) {
  const text = (x: number, y: number, words: string, align: "left" | "right") => ({
    type: "text" as const,
    silent: true,
    x,
    y,
    style: { text: words, fill: ink.soft, font: `12px ${font}`, align, verticalAlign: "middle" as const },
  });
  const failures = grid[2] ?? { top: 0, height: 0 };
  return [
    text(left - 22, heights.top - 27, "wall time", "right"),
    ...(traffic?.totals.failures === 0
      ? [text(left + 10, failures.top + failures.height / 2, "no failures", "left")]
      : []),
  ];
}

const seconds = (ms: number) => ms / 1000;

// 8 to 12 ticks that read well, whatever the length.
function interval(span: number): number {
  const nice = [
    0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400,
  ];
  return nice.find((step) => span / step <= 12) ?? span / 10;
}

function timeAxis(gridIndex: number, span: number, labelled: boolean) {
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

function wallAxis(span: number, { speed }: ClockMapping) {
  const wall = seconds(span) / speed;
  return {
    ...timeAxis(0, span, true),
    position: "top" as const,
    max: wall,
    interval: interval(wall),
    splitLine: { show: false },
    axisLabel: {
      color: ink.soft,
      showMaxLabel: false,
      formatter: (value: number) => `${+value.toFixed(1)} s`,
    },
    name: "",
    offset: 16,
    axisLine: { show: false },
  };
}

const rowAxis = (rows: Row[]) => ({
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

const valueAxis = (gridIndex: number, name: string, more: object) => ({
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

const noFailures = (traffic?: TrafficSeries) => (traffic?.totals.failures ? {} : { max: 1, interval: 1 });

function latencyAxis(traffic?: TrafficSeries) {
  const most = Math.max(1, ...(traffic?.p99Ms ?? []).map((value) => value ?? 0));
  const max = 10 ** Math.max(1, Math.ceil(Math.log10(most)));
  const label = (value: number) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);
  const axis = valueAxis(3, "latency", { min: 0.1, max, axisLabel: { formatter: label } });
  return { ...axis, type: "log" as const };
}

function gantt(rows: Row[], bars: Bar[], from: AwsMs) {
  const names = rows.map(({ name }) => name);
  const renderItem: CustomSeriesRenderItem = (params, api) => {
    const bar = bars[params.dataIndex];
    const [start, y] = api.coord([api.value(1), api.value(0)]);
    const [end] = api.coord([api.value(2), api.value(0)]);
    if (!bar || start === undefined || y === undefined || end === undefined) return undefined;
    // A step that took no time is still a step: it gets a bar that can be seen.
    const barWidth = Math.max(3, end - start);
    const text = duration(bar.to - bar.from);
    const indented = bar.row.includes("/");
    const thick = indented ? 9 : 13;
    const fill = statusColors[bar.status] ?? ink.soft;
    const label = { text, fill: ink.soft, font: `10px ${font}`, verticalAlign: "middle" as const };
    // At the right edge there is no room behind a bar.
    const before = end + 70 > width - right;
    const textX = before ? start - 5 : start + barWidth + 5;
    return {
      type: "group",
      children: [
        {
          type: "rect",
          shape: { x: start, y: y - thick / 2, width: barWidth, height: thick, r: 2 },
          style: { fill, opacity: indented ? 0.65 : 1 },
        },
        { type: "text", x: textX, y, style: { ...label, align: before ? "right" : "left" } },
      ],
    };
  };
  return {
    type: "custom" as const,
    silent: true,
    clip: false,
    renderItem,
    encode: { x: [1, 2], y: 0 },
    data: bars.map((bar) => [names.indexOf(bar.row), seconds(bar.from - from), seconds(bar.to - from)]),
  };
}

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

function shareSeries(input: ChartInput) {
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

function failureSeries(input: ChartInput) {
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

function latencySeries(input: ChartInput) {
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
function moments(index: number, { period, releases, traffic }: ChartInput) {
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

// An SVG in a page needs no namespaces; ECharts' metadata and hover styles are for its client, which is not here.
function inline(svg: string, { id, title }: ChartInput): Html {
  const name = escapeText(id);
  const text = svg
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(
      / (?:xmlns(?::xlink)?|class|ecmeta_\w+|pointer-events|xml:space|baseProfile|version)="[^"]*"/g,
      "",
    )
    .replace(/zr\d+-/g, `${name}-`)
    .replace(/<svg width="\d+" height="\d+"/, `<svg role="img" aria-labelledby="${name}-title"`)
    .replace(/>/, `><title id="${name}-title">${escapeText(title)}</title>`);
  return new Html(text);
}
