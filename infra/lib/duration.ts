const secondsIn = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;
type Unit = keyof typeof secondsIn;

/** A time as people write it: `"30 seconds"`, `"1 minute"`, `"5 minutes"`, `"2 hours"`, `"14 days"`. Whole numbers only. */
export type Duration = `${number} ${Unit | `${Unit}s`}`;

const pattern = /^(\d+) (second|minute|hour|day)s?$/;

/** Whether `text` is a {@link Duration}. */
export function isDuration(text: string): text is Duration {
  return pattern.test(text);
}

/** @throws Error if `duration` is not a {@link Duration} (a caller without types can get here). */
export function toSeconds(duration: Duration): number {
  const [, count, unit] = pattern.exec(duration) ?? [];
  if (count === undefined || unit === undefined)
    throw new Error(`"${duration}" is not a time: write for example "30 seconds" or "5 minutes"`);
  return Number(count) * secondsIn[unit as Unit];
}

/** For AWS settings that count in minutes. @throws Error if `duration` is not a whole number of minutes. */
export function toMinutes(duration: Duration): number {
  const minutes = toSeconds(duration) / 60;
  if (!Number.isInteger(minutes)) throw new Error(`"${duration}" is not a whole number of minutes`);
  return minutes;
}
