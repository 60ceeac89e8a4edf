// Alike, so that in a minute of AWS 60 requests come to each environment: fewer would not set off an alarm in a short
// canary. With twice as much of both, two slow processors have nothing left: builds take longer than the waits save, and
// the slowest answers three seconds.

/** How many times as fast as on AWS the waits are, unless somebody says otherwise. */
export const usualSpeed = 100;

/** Requests a second to each environment, unless somebody says otherwise. */
export const usualRatePerSecond = 100;

/** Requests in a minute of AWS below which an alarm that counts failures by the minute may not see those of a canary. */
const fewestPerAwsMinute = 30;

/** What somebody should know who has chosen these; undefined when there is nothing. */
export function paceWarning(speed: number, ratePerSecond: number): string | undefined {
  const perAwsMinute = (ratePerSecond * 60) / speed;
  if (perAwsMinute >= fewestPerAwsMinute) return undefined;
  return (
    `in a minute of AWS only ${Math.round(perAwsMinute)} requests come to each environment: too few for an alarm to see ` +
    `a canary's failures; --speed ${Math.max(1, Math.floor((ratePerSecond * 60) / fewestPerAwsMinute))} or less has enough of them`
  );
}
