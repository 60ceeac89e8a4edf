import { setMaxListeners } from "node:events";
import {
  DescribeEventBusCommand,
  EventBridgeClient,
  TestEventPatternCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import type { Aws } from "../core/aws";
import { DeliveryFailure, invoke, targetKinds, type TargetKind } from "../core/delivery";
import type { BusEvent } from "../core/events";
import { deliveryTimes } from "./faults";
import { inputOf } from "./input";
import type { BusName, Rules, RuleWithTargets } from "./rules";

/** Delivers what comes to the buses to the targets of the rules that match. */
export class Buses {
  private readonly working = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private readonly times;
  /** What rules deliver to. */
  readonly kinds: readonly TargetKind[];

  constructor(
    private readonly aws: Aws,
    private readonly rules: Rules,
  ) {
    // Every delivery that waits listens to it.
    setMaxListeners(0, this.closing.signal);
    this.times = deliveryTimes(() => aws.events.faults);
    this.kinds = [...targetKinds, this.eventBus];
  }

  /** Takes an event. Who put it does not wait for what becomes of it. */
  put(event: BusEvent, bus: BusName): void {
    this.work(`the event ${event["detail-type"]} of ${event.source}`, async () => {
      const matching = await Promise.all(
        (await this.rules.of(bus)).map(async (rule) =>
          (await this.matches(rule, event, bus)) ? [rule] : [],
        ),
      );
      for (const rule of matching.flat()) this.deliver(rule, event, bus);
    });
  }

  /** Hands an event to the targets of a rule, whether it matches or not. */
  deliver(rule: RuleWithTargets, event: BusEvent, bus: BusName): void {
    const receivedAt = this.aws.clock.now();
    for (const target of rule.targets)
      for (const waitMs of this.times())
        this.work(`rule ${rule.name}`, async () => {
          await this.aws.clock.sleep(waitMs, this.closing.signal);
          await this.invoke(rule, target, event, bus, receivedAt);
        });
  }

  private async invoke(
    rule: RuleWithTargets,
    target: Target,
    event: BusEvent,
    bus: BusName,
    receivedAt: Date,
  ) {
    const about = { ruleName: rule.name, ruleArn: rule.arn, receivedAt };
    await invoke({
      aws: this.aws,
      target,
      kinds: this.kinds,
      ...inputOf(target, event, about),
      event,
      sender: { service: "events.amazonaws.com", sourceArn: rule.arn, sourceAccount: bus.account },
      // CodePipeline tells by the session's name that it is EventBridge that starts it, and for which rule.
      session: `AwsEvents_${rule.name}`,
      deadLetter: {
        body: JSON.stringify(event),
        attributes: { RULE_ARN: rule.arn, TARGET_ARN: target.Arn ?? "" },
      },
      whose: `EventBridge rule ${rule.name}`,
      signal: this.closing.signal,
    });
  }

  private async matches(
    { pattern }: RuleWithTargets,
    event: BusEvent,
    { account, region }: BusName,
  ): Promise<boolean> {
    if (!pattern) return false;
    const client = this.aws.client(EventBridgeClient, this.aws.root(account, region));
    const test = new TestEventPatternCommand({ EventPattern: pattern, Event: JSON.stringify(event) });
    return (await client.send(test)).Result ?? false;
  }

  /** Another bus as a target: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html */
  private readonly eventBus: TargetKind = {
    is: ({ service, resource }) => service === "events" && resource.startsWith("event-bus/"),
    needsRole: false,
    deliver: async ({ aws, to, sender, event, custom, input }) => {
      const bus = to.resource.slice("event-bus/".length);
      const foreign = to.account !== sender.sourceAccount;
      // "These events aren't sent to the third account."
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
      if (foreign && event.account !== sender.sourceAccount)
        throw new DeliveryFailure("THIRD_ACCOUNT_HOP_DETECTED", `${to.text} would be a third account`);
      const client = aws.client(EventBridgeClient, aws.root(to.account, to.region));
      const { Policy } = await client.send(new DescribeEventBusCommand({ Name: bus }));
      if (foreign && !admits(Policy, sender.sourceAccount))
        throw new DeliveryFailure(
          "NO_PERMISSIONS",
          `the policy of ${to.text} does not admit ${sender.sourceAccount}`,
        );
      const sent = custom ? { ...event, detail: detailOf(input) } : event;
      this.put(sent, { account: to.account, region: to.region, bus });
    },
  };

  private work(what: string, task: () => Promise<void>): void {
    if (this.closing.signal.aborted) return;
    const work = task()
      .catch((error: unknown) => {
        if (!this.closing.signal.aborted) this.aws.warn(`${what} was not delivered: ${String(error)}`);
      })
      .finally(() => this.working.delete(work));
    this.working.add(work);
  }

  /** Resolves when all that is under way has come to an end. */
  async settled(): Promise<void> {
    while (this.working.size > 0) await Promise.all([...this.working]);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.settled();
  }
}

/** Whether a bus takes what another account puts: by a statement that names it, or everybody. */
function admits(policy: string | undefined, account: string): boolean {
  const { Statement = [] } = JSON.parse(policy ?? "{}") as {
    Statement?: { Effect?: string; Principal?: "*" | { AWS?: string | string[] }; Condition?: unknown }[];
  };
  return Statement.some(({ Effect, Principal, Condition }) => {
    const named = typeof Principal === "object" ? [Principal.AWS ?? []].flat() : [Principal];
    return Effect === "Allow" && !Condition && named.some((one) => one === "*" || one?.includes(account));
  });
}

function detailOf(input: string): Record<string, unknown> {
  try {
    return JSON.parse(input) as Record<string, unknown>;
  } catch {
    throw new DeliveryFailure("INVALID_JSON", `the input for the bus is not JSON: ${input.slice(0, 200)}`);
  }
}
