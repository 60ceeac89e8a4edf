import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { Clock } from "../local-aws/core/clock";
import { awsTime, clockMapping, wallBetween, wallTime, type ClockMapping } from "./clock-mapping";

describe("the clocks", () => {
  it("lie on each other at any moment, whatever the speed was", async () => {
    const clock = new Clock(100);
    const stamps = [performance.now()];
    for (const speed of [10, 50]) {
      const free = clock.pace(speed);
      await new Promise((resolve) => setTimeout(resolve, 20));
      stamps.push(performance.now());
      free();
    }
    const mapping = clockMapping(clock);
    assert.deepEqual(
      mapping.stretches.map(({ speed }) => speed),
      [100, 10, 100, 50, 100],
    );
    for (const stamp of [...stamps, performance.now() + 1234]) {
      const aws = awsTime(mapping, performance.timeOrigin + stamp);
      assert.ok(Math.abs(aws - clock.at(stamp).getTime()) <= 2, `${aws}`);
      assert.ok(Math.abs(wallTime(mapping, aws) - performance.timeOrigin - stamp) < 0.01);
    }
  });

  it("tell how long a time of AWS took here", () => {
    const clock: ClockMapping = {
      speed: 100,
      stretches: [
        { wall: 0, aws: 0, speed: 100 },
        { wall: 10, aws: 1000, speed: 20 },
        { wall: 60, aws: 2000, speed: 100 },
      ],
    };
    assert.equal(wallBetween(clock, 500, 1500), 5 + 25);
    assert.equal(wallBetween(clock, 0, 3000), 70);
    assert.equal(awsTime(clock, 35), 1500);
  });
});
