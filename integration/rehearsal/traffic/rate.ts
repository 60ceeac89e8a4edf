/** A rate of requests from a moment on. */
export interface RateSegment {
  /** Wall clock, epoch milliseconds. */
  from: number;
  /** Of wall time. */
  ratePerSecond: number;
}

/** How many requests are due in [from, to), wall clock in epoch milliseconds. @param segments oldest first */
export function dueBetween(segments: readonly RateSegment[], from: number, to: number): number {
  let due = 0;
  segments.forEach(({ from: begin, ratePerSecond }, i) => {
    const end = segments[i + 1]?.from ?? Infinity;
    due += (Math.max(0, Math.min(end, to) - Math.max(begin, from)) * ratePerSecond) / 1000;
  });
  return due;
}
