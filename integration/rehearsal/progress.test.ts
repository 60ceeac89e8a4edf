import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { progressOn } from "./progress";

function screen(more: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { ...more, written, write: (text: string) => written.push(text) };
}

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
    const shown = out.written.map((text) => text.replace(/\u001b\[[0-9;]*[A-Za-z]|\r/g, ""));
    assert.equal(shown[0], "status 1 xxxxxxxxx…");
    assert.ok(shown.every((text) => text.endsWith("\n") || text.length <= 19));
  });
});
