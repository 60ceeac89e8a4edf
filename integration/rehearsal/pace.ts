// Alike, so that in a minute of AWS 60 requests come to each environment: fewer would not set off an alarm in a short
// canary. With twice as much of both, two slow processors have nothing left: builds take longer than the waits save, and
// the slowest answers three seconds.

/** How many times as fast as on AWS the waits are, unless somebody says otherwise. */
export const usualSpeed = 100;

/** Requests a second to each environment, unless somebody says otherwise. */
export const usualRatePerSecond = 100;
