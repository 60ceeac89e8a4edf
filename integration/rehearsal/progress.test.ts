import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { progressOn, trafficStatus } from "./progress";
import type { Snapshot } from "./traffic/clients";

function screen(more: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { ...more, written, write: (text: string) => written.push(text) };
}

const snapshot: Snapshot = {
  sent: 400,
  lateSends: 0,
  maxLateMs: 1,
  total: { old: { ok: 300 }, new: { ok: 5, error: 10, reset: 2 } },
  window: { from: 0, to: 100, sent: 20, inFlight: 0, counts: { old: { ok: 12 }, new: { ok: 3, error: 5 } } },
};

describe("progress", () => {
  it("is plain lines where there is no terminal, without a status", async () => {
    const out = screen();
    const progress = progressOn(out);
    progress.status(() => "never shown");
    progress.step("staging Build …");
    progress.done("released");
    progress.fail("build failed\nnpm test: 1 failing");
    await pause(120);
    progress.close();
    const lines = out.written.join("").replaceAll(/ *\d+\.\ds/g, "T");
    assert.equal(
      lines,
      "T · staging Build …\nT ✓ released\nT ✗ build failed\n           npm test: 1 failing\n",
    );
  });

  it("keeps a status below the lines on a terminal, no wider than it, until it is closed", async () => {
    const out = screen({ isTTY: true, columns: 20 });
    const progress = progressOn(out);
    let calls = 0;
    progress.status(() => `status ${++calls} ${"x".repeat(50)}`);
    progress.step("one");
    await pause(250);
    progress.close();
    const after = out.written.length;
    await pause(150);
    assert.equal(out.written.length, after);
    assert.ok(calls >= 3, `${calls} refreshes`);
    assert.equal(out.written.at(-1), "\r\u001b[2K");
    // eslint-disable-next-line no-control-regex
    const shown = out.written.map((text) => text.replace(/\u001b\[[0-9;]*[A-Za-z]|\r/g, ""));
    assert.equal(shown[0], "status 1 xxxxxxxxx…");
    assert.ok(shown.every((text) => text.endsWith("\n") || text.length <= 19));
  });

  it("shows the clients of an environment in one line", () => {
    assert.equal(trafficStatus("prod", snapshot, "new"), "prod 200/s ████░░░░░░ 40% new, 12 failed");
    assert.equal(trafficStatus("prod", snapshot), "prod 200/s ██████░░░░ 60% old, 12 failed");
    assert.equal(trafficStatus("prod", undefined), "prod …");
  });
});
