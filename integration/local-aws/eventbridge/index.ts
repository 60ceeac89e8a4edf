import type { Acting } from "../core/acting";
import type { Aws } from "../core/aws";
import { besideEventBridge } from "./api";
import { Buses } from "./bus";
import { Rules } from "./rules";
import { emits as ofS3 } from "./s3-events";
import { s3Writes } from "./s3-writes";
import { emits as ofSchedules, ScheduledRules } from "./scheduled-rules";

/**
 * EventBridge: the base keeps buses, rules and targets and matches patterns; the events of the acting services come by
 * here, targets are delivered and schedules fire here, in AWS time.
 */
export function eventBridge(aws: Aws): Acting & {
  /** Resolves when the events of all that happened so far have been delivered. */
  settled(): Promise<void>;
  close(): Promise<void>;
} {
  const rules = new Rules(aws);
  const buses = new Buses(aws, rules);
  const schedules = new ScheduledRules(aws, rules, buses);
  const writes = s3Writes(aws);
  aws.events.deliverTo((event) => buses.put(event, { ...event, bus: "default" }));
  return {
    ...besideEventBridge(aws, { rules, buses, schedules, kinds: buses.kinds }),
    hears: { s3: writes.onS3Write },
    emits: [ofS3, ofSchedules],
    async settled() {
      await writes.settled();
      await buses.settled();
    },
    async close() {
      schedules.close();
      await writes.close();
      await buses.close();
    },
  };
}
