import assert from "node:assert/strict";
import { Clock, minutes, seconds } from "./clock";

describe("the clock", () => {
  it("waits in AWS time", async () => {
    const clock = new Clock(1000);
    const begun = clock.now().getTime();
    await clock.sleep(seconds(20));
    const waited = clock.now().getTime() - begun;
    assert.ok(waited >= 19_000 && waited < 200_000, `waited ${waited} ms`);
  });

  it("goes slower while somebody needs it, without a jump", async () => {
    const clock = new Clock(1000);
    const free = clock.pace(100);
    const freeSlower = clock.pace(10);
    assert.equal(clock.speed, 10);
    const stamp = performance.now();
    const then = clock.at(stamp).getTime();
    await new Promise((resolve) => setTimeout(resolve, 30));
    freeSlower();
    assert.equal(clock.speed, 100);
    assert.equal(clock.at(stamp).getTime(), then, "what was is no longer so");
    free();
    free();
    assert.equal(clock.speed, 1000);
    const speeds = clock.history().map(({ speed }) => speed);
    assert.deepEqual(speeds, [1000, 100, 10, 100, 1000]);
    for (const [i, { performanceNow, aws, speed }] of clock.history().entries()) {
      const before = clock.history()[i - 1];
      if (before)
        assert.ok(
          Math.abs(before.aws + (performanceNow - before.performanceNow) * before.speed - aws) < 1e-3,
          `${speed}`,
        );
    }
    assert.equal(new Clock(2).pace(5)(), undefined);
  });

  it("has waits go on at the new speed", async () => {
    const clock = new Clock(1000);
    const begun = performance.now();
    const { span } = await clock.measure(async () => {
      const waiting = clock.sleep(seconds(100));
      const free = clock.pace(100);
      await new Promise((resolve) => setTimeout(resolve, 200));
      free();
      await waiting;
    });
    const took = performance.now() - begun;
    // 20 s of AWS time at 100 times, and 80 s at 1000 times.
    assert.ok(took >= 275 && took < 450, `${took} ms`);
    assert.ok(span.awsMs >= 100_000 && span.awsMs < 100_300, `${span.awsMs} ms of AWS time`);
  });

  it("refuses a speed that is none", () => {
    assert.throws(() => new Clock(0), /speed is 0; a rehearsal runs between 1 and 10000/);
    assert.throws(() => new Clock(Number.NaN), RangeError);
  });

  it("ends a wait when it is aborted", async () => {
    const clock = new Clock(1);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 10);
    await clock.sleep(minutes(60), stop.signal);
  });

  it("predicts: waits in AWS time, work one to one, through nested measures", async () => {
    const clock = new Clock(1000);
    const { span } = await clock.measure(async () => {
      await clock.sleep(minutes(1));
      await clock.measure(() => clock.sleep(minutes(2)));
      await new Promise((resolve) => setTimeout(resolve, 30));
    });
    assert.ok(span.awsMs >= 180_000 + 25 && span.awsMs < 181_000, `predicted ${span.awsMs} ms`);
    assert.ok(span.wallMs >= 205 && span.wallMs < 1500, `took ${span.wallMs} ms`);
  });

  it("does not count what goes on beside it", async () => {
    const clock = new Clock(1000);
    let stop = async () => {};
    const { span } = await clock.measure(async () => {
      stop = clock.every(seconds(5), () => undefined);
      await clock.sleep(seconds(60));
    });
    await stop();
    assert.ok(span.awsMs >= 60_000 && span.awsMs < 60_500, `predicted ${span.awsMs} ms`);
  });

  it("counts what it watches as work, and gives up at the limit", async () => {
    const clock = new Clock(1000);
    let left = 3;
    const { value, span } = await clock.measure(() =>
      clock.until(() => (left-- > 0 ? undefined : "there"), { everyMs: seconds(10), limitMs: minutes(5) }),
    );
    assert.equal(value, "there");
    assert.ok(span.awsMs < 1000, `predicted ${span.awsMs} ms`);
  });

  it("counts the limit of what never comes as a wait, as AWS waits for it, too", async () => {
    const clock = new Clock(1000);
    const { value, span } = await clock.measure(() =>
      clock.until(() => undefined, { everyMs: seconds(10), limitMs: minutes(2) }),
    );
    assert.equal(value, undefined);
    assert.ok(span.awsMs >= 120_000 && span.awsMs < 121_000, `predicted ${span.awsMs} ms`);
  });

  it("repeats a task, never twice at once, until it is stopped", async () => {
    const clock = new Clock(1000);
    let runs = 0;
    let together = 0;
    const stop = clock.every(seconds(1), async () => {
      together++;
      assert.equal(together, 1);
      await new Promise((resolve) => setTimeout(resolve, 3));
      together--;
      runs++;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await stop();
    const after = runs;
    assert.ok(after >= 3, `ran ${after} times`);
    await clock.sleep(seconds(20));
    assert.equal(runs, after);
  });
});
