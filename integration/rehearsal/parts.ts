import { failed, meeting, type ReleaseFacts } from "./facts";
import { wallBetween, wallTime } from "./clock-mapping";
import type { JudgedPart } from "./outcome";
import { canaryPeriod, endOf } from "./periods";
import type { RecordedRequest } from "./traffic/recording";

/** The parts of a release, with the rate and the speed at which each was seen. Empty ones are left out. */
export function partsOf(facts: ReleaseFacts, seen: RecordedRequest[]): JudgedPart[] {
  const { release, clock, from, until } = facts;
  const canary = canaryPeriod(release);
  const end = Math.min(Math.max(endOf(release), from), until);
  const shiftFrom = canary ? Math.min(Math.max(canary.from, from), end) : end;
  const shiftTo = canary?.shiftedAt === undefined ? end : Math.min(canary.shiftedAt, end);
  const met = meeting(facts);
  const cuts = [
    ["before", from, shiftFrom],
    ["shift", shiftFrom, shiftTo],
    ["bake", shiftTo, end],
    ["after", end, until],
  ] as const;
  return cuts
    .filter(([, begin, over]) => over > begin)
    .map(([part, begin, over]) => {
      const [wallFrom, wallTo] = [wallTime(clock, begin), wallTime(clock, over)];
      const within = seen.filter(({ scheduledAt }) => scheduledAt >= wallFrom && scheduledAt < wallTo);
      return {
        part,
        awsMs: over - begin,
        speed: (over - begin) / wallBetween(clock, begin, over),
        ratePerSecond: within.length / ((over - begin) / 1000),
        requests: within.length,
        met: within.filter(met).length,
        failures: within.filter(failed).length,
      };
    });
}
