import type { Address, TrafficEvent, TrafficPlane } from "./plane";

/** What control and the traffic process say to each other: all of it, in both directions. */

/** A call of the plane, by a number that its answer has too. `close` needs none: the process ends. */
export type PlaneCall = {
  [M in Exclude<keyof TrafficPlane, "close">]: {
    type: "call";
    id: number;
    method: M;
    args: Parameters<TrafficPlane[M]>;
  };
}[Exclude<keyof TrafficPlane, "close">];

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
  | { type: "answer"; id: number; value?: Address }
  | { type: "refusal"; id: number; message: string }
  /** Many at once: telling of each would cost as much as forwarding it. */
  | { type: "events"; events: TimedEvent[] }
  | { type: "warning"; message: string };
