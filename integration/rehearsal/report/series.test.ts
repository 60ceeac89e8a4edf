import assert from "node:assert/strict";
import { steadyClock } from "../clock-mapping";
import { recordingOf } from "../traffic/testing";
import { trafficSeries } from "./series";

// Ten times as fast: a wall second is ten seconds of AWS time. 20 requests a second.
const clock = steadyClock(10, 1000, 500_000);

describe("a traffic series", () => {
  const recording = recordingOf(
    40,
    (i) =>
      i === 25
        ? { outcome: "refused", status: 0, latencyMs: 0.5 }
        : { version: i < 20 ? "old" : "new", latencyMs: i + 1, lateMs: i === 3 ? 60 : 0 },
    { name: "prod", startedAt: 1000, ratePerSecond: 20, marks: [{ label: "approved", at: 1500 }] },
  );
  const series = trafficSeries("shop", recording, clock, { from: 500_000, to: 520_000 });

  it("counts requests in windows of AWS time that a tenth of a second fills", () => {
    assert.deepEqual([series.environment, series.from, series.windowMs], ["prod", 500_000, 1000]);
    const twos = (count: number) => new Array<number>(count).fill(2);
    const zeros = (count: number) => new Array<number>(count).fill(0);
    assert.deepEqual(series.versions, [
      { version: "old", answers: [...twos(10), ...zeros(10)] },
      { version: "new", answers: [...zeros(10), 2, 2, 1, ...twos(7)] },
    ]);
    assert.deepEqual(series.failures, [{ outcome: "refused", requests: [...zeros(12), 1, ...zeros(7)] }]);
  });

  it("has percentiles by window and in all", () => {
    assert.deepEqual(series.p50Ms.slice(0, 2), [1, 3]);
    assert.deepEqual(series.p99Ms.slice(0, 2), [2, 4]);
    const { p50Ms, p95Ms, p99Ms, ...totals } = series.totals;
    assert.deepEqual([p50Ms, p95Ms, p99Ms], [19, 38, 40]);
    assert.deepEqual(totals, {
      requests: 40,
      failures: 1,
      due: 40,
      lateSends: 1,
      maxLateMs: 60,
      problems: {},
    });
  });

  it("keeps marks, in AWS time, and what lies in the period only", () => {
    assert.deepEqual(series.marks, [{ label: "approved", at: 505_000 }]);
    const half = trafficSeries("shop", recording, clock, { from: 510_000, to: 520_000 });
    assert.equal(half.totals.requests, 20);
    assert.deepEqual(half.marks, []);
    assert.deepEqual(
      half.versions.map(({ version }) => version),
      ["new"],
    );
  });

  it("has at most 180 windows, and nulls where nobody came", () => {
    const long = trafficSeries("shop", recording, clock, { from: 500_000, to: 500_000 + 3 * 3_600_000 });
    assert.deepEqual([long.windowMs, long.p50Ms.length], [60_000, 180]);
    assert.deepEqual(long.p50Ms.slice(1), new Array(179).fill(null));
  });
});
