import { randomUUID } from "node:crypto";
import type { Aws } from "../core/aws";
import { invoke } from "../core/delivery";
import { ofScheduler, parseSchedule, Timetable } from "../core/schedules";
import type { KeptSchedule, Place } from "./schedules";
import { kindsOf } from "./targets";

const minuteMs = 60_000;

/** Fires schedules in AWS time. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export class Firing {
  private readonly timetable: Timetable;
  private readonly closing = new AbortController();
  private readonly working = new Set<Promise<void>>();

  constructor(
    private readonly aws: Aws,
    /** The schedule was its last time, and wants to go. */
    private readonly completed: (schedule: KeptSchedule, place: Place) => void,
  ) {
    this.timetable = new Timetable(aws.clock, aws.warn);
  }

  /** Takes a schedule as it now is. */
  follow(kept: KeptSchedule, place: Place): void {
    const schedule = parseSchedule(kept.ScheduleExpression ?? "", ofScheduler);
    if (!schedule || kept.State !== "ENABLED") return this.forget(kept);
    const { once } = schedule;
    const now = this.aws.clock.now().getTime();
    const from = once ? now : Math.max(now, kept.StartDate?.getTime() ?? now);
    const end = once ? Infinity : (kept.EndDate?.getTime() ?? Infinity);
    const zone = kept.ScheduleExpressionTimezone ?? "UTC";
    // "If you do not provide a StartDate for a rate-based schedule, your schedule starts invoking the target immediately."
    let first = schedule.countsFromStart;
    this.timetable.set(
      kept.Arn,
      (after) => {
        const next = first ? from : schedule.next(Math.max(after, from - 1), from, zone);
        first = false;
        if (next !== undefined && next <= end) return next;
        if (!once || after > now) this.complete(kept, place);
        return undefined;
      },
      (time) => this.fire(kept, place, time),
    );
  }

  forget({ Arn }: KeptSchedule): void {
    this.timetable.delete(Arn);
  }

  private complete(kept: KeptSchedule, place: Place): void {
    if (kept.ActionAfterCompletion !== "DELETE") return;
    // "Deletes the schedule after it has completed its last invocation."
    void Promise.all([...this.working]).then(() => this.completed(kept, place));
  }

  private fire(kept: KeptSchedule, place: Place, time: number): void {
    const { Mode, MaximumWindowInMinutes = 0 } = kept.FlexibleTimeWindow ?? {};
    const waitMs = Mode === "FLEXIBLE" ? Math.random() * MaximumWindowInMinutes * minuteMs : 0;
    const work = this.aws.clock
      .sleep(waitMs, this.closing.signal)
      .then(() => this.invoke(kept, place, time))
      .finally(() => this.working.delete(work));
    this.working.add(work);
  }

  private async invoke(kept: KeptSchedule, { account, region }: Place, time: number): Promise<void> {
    const { aws } = this;
    const { Target: target = { Arn: "", RoleArn: "" }, Arn: arn } = kept;
    const id = randomUUID();
    const scheduled = new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
    const event = {
      version: "0",
      id,
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account,
      time: scheduled,
      region,
      resources: [arn],
      detail: {},
    };
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    const input = target.Input?.replaceAll("<aws.scheduler.schedule-arn>", arn)
      .replaceAll("<aws.scheduler.scheduled-time>", scheduled)
      .replaceAll("<aws.scheduler.execution-id>", id);
    const sent = input ?? JSON.stringify({ ...event, detail: "{}" });
    await invoke({
      aws,
      target,
      kinds: kindsOf(target),
      input: sent,
      custom: input !== undefined,
      event,
      sender: { service: "scheduler.amazonaws.com", sourceArn: arn, sourceAccount: account },
      session: `Scheduler_${kept.Name}`,
      deadLetter: {
        body: sent,
        attributes: {
          SCHEDULE_ARN: arn,
          SCHEDULED_TIME: scheduled,
          TARGET_ARN: target.Arn ?? "",
          IS_PAYLOAD_TRUNCATED: "false",
        },
        // "Set up execution role permissions": https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
        asRole: true,
      },
      whose: `schedule ${kept.GroupName}/${kept.Name}`,
      signal: this.closing.signal,
    });
  }

  async close(): Promise<void> {
    this.timetable.close();
    this.closing.abort();
    await Promise.all([...this.working]);
  }
}
