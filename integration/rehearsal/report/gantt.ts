import type { CustomSeriesRenderItem } from "echarts/types/dist/echarts" with { "resolution-mode": "import" };
import type { AwsMs } from "../model";
import { font, ink, right, seconds, statusColors, width } from "./chart-input";
import { duration } from "./format";
import type { Bar, Row } from "./rows";

/** Stages and steps as bars, each with how long it took. */
export function gantt(rows: Row[], bars: Bar[], from: AwsMs) {
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
