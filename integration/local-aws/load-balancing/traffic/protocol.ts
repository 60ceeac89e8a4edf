import type { Server } from "node:net";
import type { TrafficEvent, TrafficPlane } from "./plane";

/** What control and the traffic process say to each other: all of it, in both directions. */

/** `close` needs none, as the process ends then, and control asks targets by itself. */
type Called = Exclude<keyof TrafficPlane, "close" | "probe">;

/** A call of the plane, by a number that its answer has too. The server of a new listener comes with its message. */
export type PlaneCall = {
  [M in Called]: { type: "call"; id: number; method: M; args: Told<Parameters<TrafficPlane[M]>> };
}[Called];

/** Arguments without what only a process has. */
type Told<Args> = Args extends [...infer Rest, Server] ? Rest : Args;

/** How AWS time runs from now on. */
export interface ClockIs {
  type: "clock";
  /** Wall clock, epoch milliseconds. */
  wall: number;
  aws: number;
  speed: number;
}

export type ToTraffic = PlaneCall | ClockIs;

/** What became of a request, and when: wall clock, epoch milliseconds. */
export type TimedEvent = TrafficEvent & { wall: number };

export type FromTraffic =
  | { type: "answer"; id: number }
  | { type: "refusal"; id: number; message: string }
  /** Many at once: telling of each would cost as much as forwarding it. */
  | { type: "events"; events: TimedEvent[] }
  | { type: "warning"; message: string };
