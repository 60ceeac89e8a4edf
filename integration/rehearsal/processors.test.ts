import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { Processors } from "./processors";

describe("this machine's processors", () => {
  it("are as busy as they were not idle, in the time that is asked for", async () => {
    const looks = [
      { idleMs: 1000, allMs: 2000 },
      { idleMs: 1500, allMs: 4000 },
      { idleMs: 2500, allMs: 5000 },
    ];
    const processors = new Processors(() => looks.shift() ?? { idleMs: 0, allMs: 0 });
    try {
      const now = () => performance.timeOrigin + performance.now();
      const begun = now() - 100;
      assert.equal(processors.busyPercent(begun, now()), undefined);
      await wait(1200);
      const middle = now();
      await wait(1000);
      // 500 of 2000 ms idle, then 1000 of 1000.
      assert.equal(processors.busyPercent(begun, middle), 75);
      assert.equal(processors.busyPercent(begun, now()), 50);
      assert.equal(processors.busyPercent(middle, now()), undefined);
    } finally {
      processors.close();
    }
  });

  it("are the operating system's", async () => {
    const processors = new Processors();
    const begun = performance.timeOrigin + performance.now() - 100;
    await wait(1200);
    processors.close();
    const busy = processors.busyPercent(begun, performance.timeOrigin + performance.now());
    assert.ok(busy !== undefined && busy >= 0 && busy <= 100, String(busy));
  });
});
