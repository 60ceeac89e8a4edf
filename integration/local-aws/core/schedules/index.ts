import { at } from "./at";
import { cron } from "./cron";
import { rate } from "./rate";
import type { Schedule, ScheduleKind } from "./schedule";

export type { Schedule } from "./schedule";
export { Timetable } from "./timetable";
export { isZone } from "./zone";

/** What rules of an event bus take: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
export const ofRules: readonly ScheduleKind[] = [rate, cron];
/** What EventBridge Scheduler takes: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const ofScheduler: readonly ScheduleKind[] = [rate, cron, at];

/** Reads an expression such as `rate(5 minutes)`; gives nothing when none of the kinds would take it. */
export function parseSchedule(expression: string, kinds: readonly ScheduleKind[]): Schedule | undefined {
  for (const parse of kinds) {
    const schedule = parse(expression);
    if (schedule) return schedule;
  }
  return undefined;
}
