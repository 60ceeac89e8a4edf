import { dayOfMonth, dayOfWeek, values } from "./cron-fields";
import type { ScheduleKind } from "./schedule";
import { instantOf, localOf } from "./zone";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const lastYear = 2199;
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/**
 * `cron(minutes hours day-of-month month day-of-week year)`, in the dialect of AWS, which no library has: `?` in exactly
 * one of the day fields, SUN is 1, `L`, `W` and `#`, and ranges over the end.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export const cron: ScheduleKind = (expression) => {
  const [, text] = /^cron\((.*)\)$/.exec(expression) ?? [];
  const fields = text?.trim().split(/\s+/) ?? [];
  const [minute = "", hour = "", date = "", month = "", week = "", year = ""] = fields;
  if (fields.length !== 6 || (date === "?") === (week === "?")) return undefined;
  const minutes = values(minute, { least: 0, most: 59, step: 59 });
  const hours = values(hour, { least: 0, most: 23, step: 23 });
  const inMonths = values(month, { least: 1, most: 12, step: 12, names: months });
  const years = values(year, { least: 1970, most: lastYear, step: lastYear });
  const isDay = date === "?" ? dayOfWeek(week) : dayOfMonth(date);
  if (!minutes || !hours || !inMonths || !years || !isDay) return undefined;
  const ofDay = sorted(hours).flatMap((h) => sorted(minutes).map((m) => (h * 60 + m) * minuteMs));

  return {
    once: false,
    countsFromStart: false,
    next(after, _from, zone) {
      // From the day before: what its last hours show may come later, where clocks went back.
      let day = Math.floor(localOf(after, zone) / dayMs - 1) * dayMs;
      for (; new Date(day).getUTCFullYear() <= lastYear; day += dayMs) {
        const at = new Date(day);
        if (!years.has(at.getUTCFullYear()) || !inMonths.has(at.getUTCMonth() + 1) || !isDay(at)) continue;
        const times = ofDay.map((time) => instantOf(day + time, zone)).filter((time) => time !== undefined);
        const later = times.filter((time) => time > after);
        if (later.length > 0) return Math.min(...later);
      }
      return undefined;
    },
  };
};

const sorted = (numbers: ReadonlySet<number>) => [...numbers].sort((a, b) => a - b);
