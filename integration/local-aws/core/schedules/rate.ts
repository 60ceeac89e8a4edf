import type { ScheduleKind } from "./schedule";

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * `rate(1 hour)`, `rate(5 minutes)`: singular with 1 and plural with more. A clock change does not move it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html
 */
export const rate: ScheduleKind = (expression) => {
  const [, count = "", unit = "", plural] =
    /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (!count || (count === "1") !== (plural === "")) return undefined;
  const everyMs = Number(count) * unitMs[unit as keyof typeof unitMs];
  return {
    once: false,
    countsFromStart: true,
    next: (after, from) => from + Math.max(1, Math.floor((after - from) / everyMs) + 1) * everyMs,
  };
};
