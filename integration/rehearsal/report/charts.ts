import type { EChartsOption, init as Init } from "echarts/types/dist/echarts" with {
  "resolution-mode": "import",
};
import { latencyAxis, noFailures, rowAxis, timeAxis, valueAxis, wallAxis } from "./axes";
import { font, ink, left, right, width, type ChartInput } from "./chart-input";
import { gantt } from "./gantt";
import { escapeText, Html } from "./html";
import { timelineRows } from "./rows";
import { failureSeries, latencySeries, moments, shareSeries } from "./traffic-charts";

// The package declares its types as an ES module's only, and its CommonJS build has none.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { init } = require("echarts") as { init: typeof Init };

const rowHeight = 19;
const gap = 44;
const heights = { top: 62, share: 120, failures: 64, latency: 96, bottom: 44 };

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
    xAxis: [...lines, wallAxis(period, clock)],
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
