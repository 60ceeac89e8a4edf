import assert from "node:assert/strict";
import { boundOf, shareLimit } from "./bound";

const alarm = (evaluationPeriods: number, periodMs = 60_000) => ({
  name: "a",
  periodMs,
  evaluationPeriods,
  statistic: "Sum",
  threshold: 1,
});

describe("the bound of a bad release", () => {
  it("is the slowest alarm's periods, the delay of its metrics, and a minute", () => {
    assert.deepEqual(boundOf({ share: 0.1, alarms: [alarm(1), alarm(2)] }), { share: 0.1, lastsMs: 240_000 });
    assert.deepEqual(boundOf({ share: 0.1, alarms: [alarm(3, 10_000)] }), { share: 0.1, lastsMs: 150_000 });
    assert.deepEqual(boundOf({ share: 1, alarms: [] }), { share: 1, lastsMs: 120_000 });
  });

  it("allows four standard deviations over the share", () => {
    assert.equal(shareLimit(442, 0.1), 70);
    assert.equal(shareLimit(10_000, 0.1), 1120);
    assert.equal(shareLimit(0, 0.1), 0);
    assert.equal(shareLimit(50, 1), 50);
  });
});
