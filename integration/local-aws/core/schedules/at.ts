import type { ScheduleKind } from "./schedule";
import { instantOf } from "./zone";

/** `at(2030-03-01T02:00:00)`: once. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time */
export const at: ScheduleKind = (expression) => {
  const [, text] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression) ?? [];
  const local = Date.parse(`${text}Z`);
  // 30 February is a valid date to the parser.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(String(text))) return undefined;
  return {
    once: true,
    countsFromStart: false,
    next(after, _from, zone) {
      const time = instantOf(local, zone);
      return time !== undefined && time > after ? time : undefined;
    },
  };
};
