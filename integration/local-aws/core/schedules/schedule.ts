/** When something fires. Times are milliseconds since the epoch. */
export interface Schedule {
  /** It fires once, and never again. */
  once: boolean;
  /** It counts from when it started, and names no time of day. */
  countsFromStart: boolean;
  /**
   * The first time after `after`.
   *
   * @param from when the schedule began to count, for those that count from their start
   * @param zone an IANA time zone, for those that name a time of day
   */
  next(after: number, from: number, zone: string): number | undefined;
}

/** Reads an expression of one kind, or gives nothing when it is not one, or not a valid one. */
export type ScheduleKind = (expression: string) => Schedule | undefined;
