import { performance } from "node:perf_hooks";
import type { Clock } from "../local-aws/core/clock";

/** A moment or a length in AWS time: epoch milliseconds, or milliseconds. */
export type AwsMs = number;
/** The same by the wall clock. */
export type WallMs = number;

/** From `wall` on, when it was `aws`, AWS time runs `speed` times as fast as the wall clock, until the next stretch. */
export interface ClockStretch {
  wall: WallMs;
  aws: AwsMs;
  speed: number;
}

/** How the wall clock and AWS time lie on each other. */
export interface ClockMapping {
  /** How many times as fast AWS time runs where nothing slows it. */
  speed: number;
  /** Oldest first, each beginning where the one before it ends. */
  stretches: [ClockStretch, ...ClockStretch[]];
}

export function clockMapping(clock: Clock): ClockMapping {
  const [first, ...later] = clock.history().map(({ performanceNow, aws, speed }) => ({
    wall: performance.timeOrigin + performanceNow,
    aws,
    speed,
  }));
  if (!first) throw new Error("a clock has run at some speed from its beginning");
  return { speed: clock.fastest, stretches: [first, ...later] };
}

/** A clock that has always run at one speed. */
export const steadyClock = (speed: number, wall: WallMs, aws: AwsMs): ClockMapping => ({
  speed,
  stretches: [{ speed, wall, aws }],
});

export function awsTime({ stretches }: ClockMapping, at: WallMs): AwsMs {
  const { wall, aws, speed } = stretches.findLast((one) => one.wall <= at) ?? stretches[0];
  return aws + (at - wall) * speed;
}

export function wallTime({ stretches }: ClockMapping, at: AwsMs): WallMs {
  const { wall, aws, speed } = stretches.findLast((one) => one.aws <= at) ?? stretches[0];
  return wall + (at - aws) / speed;
}

/** How long a time of AWS took here. */
export const wallBetween = (clock: ClockMapping, from: AwsMs, to: AwsMs): WallMs =>
  wallTime(clock, to) - wallTime(clock, from);
