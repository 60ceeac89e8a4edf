const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether this is the name of a time zone, such as `Europe/Berlin`. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const digits = "2-digit";
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: digits,
      day: digits,
      hour: digits,
      minute: digits,
      second: digits,
    });
    formats.set(zone, format);
  }
  return format;
}

/** What the clocks of a zone show at a time, as if they showed UTC. */
export function localOf(time: number, zone: string): number {
  if (zone === "UTC") return time;
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((time % 1000) + 1000) % 1000);
}

const dayMs = 86_400_000;

/**
 * When the clocks of a zone show `local`: the first time if they show it twice, never if a clock change leaves it out.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylight-savings-time
 */
export function instantOf(local: number, zone: string): number | undefined {
  const offset = (time: number) => localOf(time, zone) - time;
  const candidates = [offset(local - dayMs), offset(local + dayMs)].map((ahead) => local - ahead);
  return candidates.filter((time) => localOf(time, zone) === local).sort((a, b) => a - b)[0];
}
