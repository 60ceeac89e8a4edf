import * as sdk from "@aws-sdk/client-scheduler";
import type { ActingService } from "../core/acting";
import type { Aws, Identity } from "../core/aws";
import { actingService } from "../core/service";
import { groupHandlers } from "./group-handlers";
import { Firing } from "./firing";
import { scheduleHandlers } from "./schedule-handlers";
import { keyOf, places } from "./schedules";

/** EventBridge Scheduler, whose schedules fire in AWS time. */
export function scheduler(aws: Aws): ActingService {
  const all = places(() => aws.clock.now());
  const place = (caller: Pick<Identity, "account" | "region">) => all.of(caller);
  const firing = new Firing(aws, (schedule, { schedules }) => {
    const key = keyOf(schedule.GroupName, schedule.Name);
    if (schedules.get(key) === schedule) schedules.delete(key);
  });
  const acting = actingService({
    name: "Scheduler",
    signingName: "scheduler",
    sdk,
    handlers: { ...scheduleHandlers(aws, place, firing), ...groupHandlers(aws, place, firing) },
    warn: aws.warn,
  });
  return { ...acting, close: () => firing.close() };
}
