import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Action,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { TargetGroupPairInfo } from "@aws-sdk/client-codedeploy";
import type { Aws, Identity } from "../../core/aws";
import { DeploymentError } from "../deployments/interruption";

/** A target group by ARN and name. */
export interface TargetGroup {
  arn: string;
  name: string;
}

/** A place that forwards to the pair: a listener's default action, or one of its rules. */
interface Forward {
  kind: "listener" | "rule";
  arn: string;
  actions: Action[];
}

/**
 * The listeners of a deployment group, and the pair of target groups behind them. Which of the two is blue is read
 * from the production listener each time: after a release they have changed places.
 */
export class TrafficRoute {
  private constructor(
    private readonly client: ElasticLoadBalancingV2Client,
    private readonly production: readonly string[],
    private readonly test: readonly string[],
    readonly blue: TargetGroup,
    readonly green: TargetGroup,
  ) {}

  static async find(aws: Aws, identity: Identity, pair: TargetGroupPairInfo): Promise<TrafficRoute> {
    const client = aws.client(ElasticLoadBalancingV2Client, identity);
    const names = (pair.targetGroups ?? []).map(({ name }) => name ?? "");
    const answer = await client.send(new DescribeTargetGroupsCommand({ Names: names }));
    const groups = names.map((name) => {
      const arn = answer.TargetGroups?.find((group) => group.TargetGroupName === name)?.TargetGroupArn;
      if (!arn)
        throw new DeploymentError(
          "ELASTIC_LOAD_BALANCING_INVALID",
          `The target group ${name} does not exist.`,
        );
      return { arn, name };
    });
    const production = pair.prodTrafficRoute?.listenerArns ?? [];
    const weights = new Map<string, number>();
    for (const listener of production) {
      for (const { actions } of await forwards(client, listener, groups)) {
        for (const [arn, weight] of weightsOf(actions)) weights.set(arn, (weights.get(arn) ?? 0) + weight);
      }
    }
    const live = groups.filter(({ arn }) => (weights.get(arn) ?? 0) > 0);
    const [blue] = live;
    const green = groups.find((group) => group !== blue);
    if (!blue || !green || live.length !== 1) {
      const found = live.length === 0 ? "neither" : "both";
      throw new DeploymentError(
        "INVALID_ECS_SERVICE",
        `The production listener must forward to one of the target groups ${names.join(" and ")}; it forwards to ${found}.`,
      );
    }
    return new TrafficRoute(client, production, pair.testTrafficRoute?.listenerArns ?? [], blue, green);
  }

  get hasTestListener(): boolean {
    return this.test.length > 0;
  }

  /** Gives the green group this share of production traffic, and the blue group the rest. */
  async shiftProduction(greenPercent: number): Promise<void> {
    await this.shift(this.production, greenPercent);
  }

  async shiftTest(greenPercent: number): Promise<void> {
    await this.shift(this.test, greenPercent);
  }

  private async shift(listeners: readonly string[], greenPercent: number): Promise<void> {
    const { blue, green, client } = this;
    // Both groups stay in the action, the idle one with weight 0, so that the next group's health is known before
    // it gets traffic.
    const forward: Action = {
      Type: "forward",
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue.arn, Weight: 100 - greenPercent },
          { TargetGroupArn: green.arn, Weight: greenPercent },
        ],
      },
    };
    for (const listener of listeners) {
      for (const { kind, arn, actions } of await forwards(client, listener, [blue, green])) {
        const changed = actions.map((action) =>
          action.Type === "forward" ? { ...forward, Order: action.Order } : action,
        );
        if (kind === "rule") await client.send(new ModifyRuleCommand({ RuleArn: arn, Actions: changed }));
        else await client.send(new ModifyListenerCommand({ ListenerArn: arn, DefaultActions: changed }));
      }
    }
  }
}

async function forwards(
  client: ElasticLoadBalancingV2Client,
  listenerArn: string,
  groups: readonly TargetGroup[],
): Promise<Forward[]> {
  const listeners = await client.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }));
  const rules = await client.send(new DescribeRulesCommand({ ListenerArn: listenerArn }));
  const all: Forward[] = [
    { kind: "listener", arn: listenerArn, actions: listeners.Listeners?.[0]?.DefaultActions ?? [] },
    ...(rules.Rules ?? [])
      .filter(({ IsDefault }) => !IsDefault)
      .map((rule): Forward => ({ kind: "rule", arn: rule.RuleArn ?? "", actions: rule.Actions ?? [] })),
  ];
  return all.filter(({ actions }) =>
    weightsOf(actions).some(([arn]) => groups.some((group) => group.arn === arn)),
  );
}

function weightsOf(actions: readonly Action[]): [string, number][] {
  return actions
    .filter(({ Type }) => Type === "forward")
    .flatMap(({ TargetGroupArn, ForwardConfig }): [string, number][] => {
      const groups = ForwardConfig?.TargetGroups;
      if (groups?.length) return groups.map((group) => [group.TargetGroupArn ?? "", group.Weight ?? 1]);
      return TargetGroupArn ? [[TargetGroupArn, 1]] : [];
    });
}
