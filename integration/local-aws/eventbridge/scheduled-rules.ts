import { randomUUID } from "node:crypto";
import type { Aws } from "../core/aws";
import type { EmittedEvents } from "../core/events";
import { ofRules, parseSchedule, Timetable } from "../core/schedules";
import type { Buses } from "./bus";
import type { BusName, Rules } from "./rules";

export const emits = {
  source: "aws.events",
  detailTypes: ["Scheduled Event"],
} as const satisfies EmittedEvents;

/**
 * Fires the rules that have a schedule, in AWS time.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
export class ScheduledRules {
  private readonly timetable: Timetable;

  constructor(
    private readonly aws: Aws,
    private readonly rules: Rules,
    private readonly buses: Buses,
  ) {
    this.timetable = new Timetable(aws.clock, aws.warn);
  }

  /** Takes a rule as it now is: it was put, enabled, disabled or deleted. */
  async follow(bus: BusName, name: string): Promise<void> {
    const key = `${bus.account} ${bus.region} ${bus.bus} ${name}`;
    const rule = (await this.rules.of(bus)).find((one) => one.name === name);
    const schedule = rule?.schedule && parseSchedule(rule.schedule, ofRules);
    if (!schedule) return this.timetable.delete(key);
    // "The countdown begins when you create the rule."
    const from = this.aws.clock.now().getTime();
    this.timetable.set(
      key,
      (after) => schedule.next(after, from, "UTC"),
      (time) => void this.fire(bus, name, time),
    );
  }

  private async fire(bus: BusName, name: string, time: number): Promise<void> {
    const rule = (await this.rules.of(bus)).find((one) => one.name === name);
    if (!rule) return;
    const event = {
      version: "0",
      id: randomUUID(),
      "detail-type": emits.detailTypes[0],
      source: emits.source,
      account: bus.account,
      time: new Date(time).toISOString().replace(/\.\d+Z$/, "Z"),
      region: bus.region,
      resources: [rule.arn],
      detail: {},
    };
    this.buses.deliver(rule, event, bus);
  }

  close(): void {
    this.timetable.close();
  }
}
