import type { AwsMs, ClockMapping, ReleaseTimeline, TrafficSeries } from "../model";

/** The layout that all parts of a chart share, in pixels of its own. */
export const width = 1120;
export const left = 150;
export const right = 20;
export const font = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Colours are custom properties of the page, so that a chart follows its light or dark theme. */
export const ink = { text: "var(--ink)", soft: "var(--soft)", line: "var(--line)" };
export const statusColors: Record<string, string> = {
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

export const seconds = (ms: number) => ms / 1000;
