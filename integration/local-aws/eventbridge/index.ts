import type { Aws } from "../core/aws";
import type { Gateway } from "../core/gateway";
import { besideEventBridge } from "./api";
import { Buses } from "./bus";
import { Rules } from "./rules";
import { s3Writes } from "./s3-writes";
import { ScheduledRules } from "./scheduled-rules";

/**
 * EventBridge: the base keeps buses, rules and targets and matches patterns; the events of the acting services come by
 * here, targets are delivered and schedules fire here, in AWS time.
 */
export function eventBridge(
  aws: Aws,
  gateway: Pick<Gateway, "watch" | "observe">,
): { close(): Promise<void> } {
  const rules = new Rules(aws);
  const buses = new Buses(aws, rules);
  const schedules = new ScheduledRules(aws, rules, buses);
  const writes = s3Writes(aws);
  gateway.watch("events", besideEventBridge(aws, { rules, buses, schedules, kinds: buses.kinds }));
  gateway.observe("s3", writes.onS3Write);
  aws.events.deliverTo((event) => buses.put(event, { ...event, bus: "default" }));
  return {
    async close() {
      schedules.close();
      await writes.close();
      await buses.close();
    },
  };
}
