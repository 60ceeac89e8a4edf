import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type Rule,
  type Target,
} from "@aws-sdk/client-eventbridge";
import type { Aws } from "../core/aws";

/** A bus of an account in a region. */
export interface BusName {
  account: string;
  region: string;
  bus: string;
}

export interface RuleWithTargets {
  name: string;
  arn: string;
  pattern?: string;
  schedule?: string;
  targets: Target[];
}

const busKey = ({ account, region, bus }: BusName) => `${account} ${region} ${bus}`;

/**
 * The rules, which the base keeps. To it every rule is disabled, since it would deliver too, and schedules by the wall
 * clock; which of them are enabled is known here.
 */
export class Rules {
  private readonly enabled = new Set<string>();
  private readonly read = new Map<string, Promise<RuleWithTargets[]>>();

  constructor(private readonly aws: Aws) {}

  set(bus: BusName, rule: string, enabled: boolean): void {
    const key = `${busKey(bus)} ${rule}`;
    if (enabled) this.enabled.add(key);
    else this.enabled.delete(key);
    this.changed();
  }

  isEnabled(bus: BusName, rule: string): boolean {
    return this.enabled.has(`${busKey(bus)} ${rule}`);
  }

  /** Something was written: what was read before no longer counts. */
  changed(): void {
    this.read.clear();
  }

  /** The enabled rules of a bus with their targets. */
  of(bus: BusName): Promise<RuleWithTargets[]> {
    const key = busKey(bus);
    let rules = this.read.get(key);
    if (!rules) {
      rules = this.readAll(bus);
      this.read.set(key, rules);
      rules.catch(() => this.read.delete(key));
    }
    return rules;
  }

  private async readAll(bus: BusName): Promise<RuleWithTargets[]> {
    const client = this.aws.client(EventBridgeClient, this.aws.root(bus.account, bus.region));
    const EventBusName = bus.bus;
    const rules: Rule[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListRulesCommand({ EventBusName, NextToken }));
      rules.push(...(page.Rules ?? []));
      NextToken = page.NextToken;
    } while (NextToken);
    const enabled = rules.filter(({ State }) => State === "ENABLED");
    return Promise.all(
      enabled.map(
        async ({
          Name: name = "",
          Arn: arn = "",
          EventPattern: pattern,
          ScheduleExpression: schedule,
          RoleArn,
        }) => {
          const { Targets = [] } = await client.send(
            new ListTargetsByRuleCommand({ Rule: name, EventBusName }),
          );
          const targets = Targets.map((target) => ({ ...target, RoleArn: target.RoleArn ?? RoleArn }));
          return { name, arn, pattern, schedule, targets };
        },
      ),
    );
  }
}
