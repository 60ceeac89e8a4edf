import assert from "node:assert/strict";
import { Clock } from "../local-aws/core/clock";
import { fewestRequests } from "./claims";
import type { DeploymentRun } from "./model";
import { evidenceSpeed, Pacer } from "./pace";

const minute = 60_000;
const sum = (threshold: number, periodMs = minute) => ({
  name: "5xx",
  periodMs,
  evaluationPeriods: 1,
  statistic: "Sum",
  threshold,
});
const unhealthy = { ...sum(1000), statistic: "Maximum" };

describe("the pace of the clock", () => {
  it("lets a candidate meet as many requests as the verdict needs", () => {
    for (const [share, lastsMs, rate] of [
      [0.1, 5 * minute, 100],
      [0.5, minute, 100],
      [0.05, 10 * minute, 40],
    ] as const) {
      const speed = evidenceSpeed({ share, lastsMs }, [unhealthy], rate);
      const met = (share * rate * lastsMs) / 1000 / speed;
      assert.ok(met >= fewestRequests && met < fewestRequests * 1.3, `${met} at ${speed}`);
    }
  });

  it("lets each alarm period hold the least count of its alarm", () => {
    const canary = { share: 0.1, lastsMs: 48 * 60 * minute };
    const speed = evidenceSpeed(canary, [sum(5), sum(30), unhealthy], 100);
    const inPeriod = (0.1 * 100 * 60) / speed;
    assert.ok(inPeriod >= 30 && inPeriod < 40, `${inPeriod} at ${speed}`);
  });

  it("is never slower than AWS", () =>
    assert.equal(evidenceSpeed({ share: 0.01, lastsMs: minute }, [sum(500)], 10), 1));

  const deployment = (allow: string | undefined, status = "InProgress"): DeploymentRun => ({
    deploymentId: "d-1",
    status,
    events: allow === undefined ? [] : [{ name: "AllowTraffic", status: allow }],
  });

  it("is slow in shift and bake, and only there", () => {
    const clock = new Clock(100);
    const settings = { share: 0.1, shiftMs: 5 * minute, bakeMs: 2 * minute, alarms: [] };
    let rate = 100;
    const pacer = new Pacer(clock, settings, () => rate);
    const speeds = [
      undefined,
      deployment(undefined),
      deployment("Pending"),
      deployment("InProgress"),
      deployment("Succeeded"),
      deployment("Succeeded", "Succeeded"),
      deployment("InProgress"),
      deployment("Failed", "Stopped"),
    ].map((run) => {
      pacer.watch(run);
      return Math.round(clock.speed);
    });
    assert.deepEqual(speeds, [100, 100, 100, 18, 73, 100, 18, 100]);
    assert.equal(Math.round(pacer.longestMs), 18_150);
    pacer.watch(deployment("InProgress"));
    rate = 200;
    pacer.watch(deployment("InProgress"));
    assert.equal(Math.round(clock.speed), 36);
    pacer.end();
    assert.equal(clock.speed, 100);
    // From shift to bake, nothing runs at full speed in between.
    assert.deepEqual(
      clock.history().map(({ speed }) => Math.round(speed)),
      [100, 18, 73, 100, 18, 100, 18, 36, 100],
    );
  });

  it("needs no slow clock where all goes at once", () => {
    const clock = new Clock(100);
    const pacer = new Pacer(clock, { share: 1, shiftMs: 0, bakeMs: 0, alarms: [sum(5)] }, () => 100);
    pacer.watch(deployment("InProgress"));
    assert.equal(clock.speed, 100);
    assert.equal(pacer.longestMs, 0);
  });

  it("is the slowest one's that is needed", () => {
    const clock = new Clock(100);
    const pacers = [0.1, 0.5].map(
      (share) => new Pacer(clock, { share, shiftMs: 5 * minute, bakeMs: 0, alarms: [] }, () => 100),
    );
    for (const pacer of pacers) pacer.watch(deployment("InProgress"));
    assert.equal(Math.round(clock.speed), 18);
    pacers[0]?.end();
    assert.equal(Math.round(clock.speed), 91);
  });
});
