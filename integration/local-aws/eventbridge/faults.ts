import type { EventFaults } from "../core/events";

/** AWS time by which a delivery is late that others are to pass. */
const lateMs = 60_000;

/** When a delivery comes, in milliseconds from now: once at once, or as a fault has it: never, twice, or late. */
export type DeliveryTimes = () => readonly number[];

export function deliveryTimes(faultsOf: () => EventFaults | undefined): DeliveryTimes {
  let of: EventFaults | undefined;
  let random = () => 1;
  return () => {
    const faults = faultsOf();
    if (!faults) return [0];
    if (faults !== of) {
      of = faults;
      random = randomOf(faults.seed);
    }
    const { lose = 0, repeat = 0, reorder = 0 } = faults;
    // Each is drawn every time, so that one share does not move the places of another.
    const [lost, twice, late] = [random() < lose, random() < repeat, random() < reorder];
    const first = late ? lateMs * random() : 0;
    if (lost) return [];
    return twice ? [first, first + lateMs * random()] : [first];
  };
}

/** Numbers from 0 up to 1, by a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
