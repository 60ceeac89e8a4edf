import assert from "node:assert/strict";
import { RequestLog } from "./log";
import { percentile, requestAt, requestsBetween } from "./recording";
import { recordingOf } from "./testing";

describe("the log of requests", () => {
  it("grows, and counts as lost what never ended", () => {
    const log = new RequestLog();
    for (let i = 0; i < 10_000; i++) {
      const index = log.sent(i, i + (i === 9 ? 80 : 1), 0);
      if (i !== 5000) log.ended(index, i + 3, "ok", 200, "v1");
    }
    const recording = {
      ...recordingOf(0, () => ({})),
      ...log.close(),
      count: log.count,
      versions: log.versions,
    };
    assert.equal(recording.scheduledAt.length, 10_000);
    assert.deepEqual(requestAt(recording, 9999), {
      scheduledAt: 9999,
      latencyMs: 3,
      lateMs: 1,
      status: 200,
      outcome: "ok",
      version: "v1",
      template: "GET /",
    });
    assert.equal(requestAt(recording, 5000).outcome, "lost");
    assert.deepEqual([log.lateSends, log.maxLateMs], [1, 80]);
  });

  it("keeps the number of versions and problems bounded", () => {
    const log = new RequestLog();
    for (let i = 0; i < 1000; i++) log.ended(log.sent(i, i, 0), i, "error", 500, `v${i}`, `problem ${i}`);
    assert.equal(log.versions.length, 201);
    assert.equal(log.versions.at(-1), "(more versions)");
    assert.equal(Object.keys(log.problems).length, 21);
    assert.equal(log.problems["(other problems)"], 980);
  });
});

describe("a recording", () => {
  it("gives the requests of a period, its end excluded", () => {
    const recording = recordingOf(100, () => ({}), { startedAt: 0, ratePerSecond: 100 });
    const due = [...requestsBetween(recording, 30, 60)].map(({ scheduledAt }) => scheduledAt);
    assert.deepEqual(due, [30, 40, 50]);
    assert.equal([...requestsBetween(recording, -5, 1e9)].length, 100);
    assert.equal([...requestsBetween(recording, 1000, 2000)].length, 0);
  });

  it("has percentiles by nearest rank", () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1);
    assert.deepEqual(
      [percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)],
      [50, 99, 100],
    );
    assert.equal(percentile([7], 0.01), 7);
    assert.equal(percentile([], 0.5), undefined);
  });
});
