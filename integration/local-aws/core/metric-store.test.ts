import assert from "node:assert/strict";
import { MetricStore, statisticOf, type Statistic } from "./metric-store";

const scope = { account: "111111111111", region: "us-east-1" };
const minute = 60_000;

describe("metric store", () => {
  it("gives the statistics of a span of minutes", () => {
    const series = new MetricStore().series(scope, "N", "M", { A: "1" });
    series.add(2, 10 * minute);
    series.add(4, 10 * minute + 59_999);
    series.add(9, 11 * minute);
    series.add(100, 12 * minute);
    const point = series.between(10 * minute, 12 * minute);
    assert.ok(point);
    const statistics: Statistic[] = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"];
    assert.deepEqual(
      statistics.map((statistic) => statisticOf(point, statistic)),
      [15, 5, 2, 9, 3],
    );
    assert.equal(series.between(13 * minute, 20 * minute), undefined);
  });

  it("knows a metric by account, region and dimensions, in any order", () => {
    const store = new MetricStore();
    const series = store.series(scope, "N", "M", { A: "1", B: "2" });
    assert.equal(store.find(scope, "N", "M", { B: "2", A: "1" }), series);
    assert.equal(store.find(scope, "N", "M", { A: "1" }), undefined);
    assert.equal(store.find({ ...scope, account: "222222222222" }, "N", "M", { A: "1", B: "2" }), undefined);
  });

  it("keeps 30 hours", () => {
    const series = new MetricStore().series(scope, "N", "M", {});
    for (let i = 0; i <= 30 * 60; i++) series.add(1, i * minute);
    assert.equal(series.between(0, minute), undefined);
    assert.equal(series.between(0, 100_000 * minute)?.count, 30 * 60);
  });

  it("takes gauges of every minute once, however late", () => {
    const store = new MetricStore();
    const seen: number[] = [];
    const stop = store.everyMinute((at) => seen.push(at / minute));
    store.takeGauges(10 * minute);
    store.takeGauges(13 * minute + 5);
    store.takeGauges(13 * minute);
    stop();
    store.takeGauges(20 * minute);
    assert.deepEqual(seen, [9, 10, 11, 12]);
  });
});
