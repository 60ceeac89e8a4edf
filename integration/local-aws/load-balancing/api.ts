import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Beside, Call } from "../core/acting";
import { Model } from "../core/model";
import { forwardTargets } from "./traffic/actions";
import { mendActions, mendGroups, mendRule } from "./mend";
import type { Registry } from "./registry";

/**
 * What Greenroom does beside the base's Elastic Load Balancing API. The traffic follows each write before its caller
 * has the answer. Targets and their health are ours alone. The rest is the base's, mended where MiniStack forgets:
 * the groups and weights of a forward action, query-string conditions, and which load balancer uses a target group.
 */
export function besideLoadBalancing(registry: Registry): Beside {
  return {
    async instead(call) {
      const { asked, operation } = model.operationOf(call);
      if (!operation) return undefined;
      try {
        const output = await instead(
          registry,
          asked,
          model.readInput(operation, call) as Partial<Inputs>,
          call,
        );
        return output && model.writeOutput(operation, call, output);
      } catch (error) {
        const refused = error instanceof Error && model.writeError(call, error);
        if (refused) return refused;
        throw error;
      }
    },
    async after(call, answer) {
      const { asked, operation } = model.operationOf(call);
      if (!operation) return undefined;
      const input = model.readInput(operation, call) as Partial<Inputs>;
      const output = model.readOutput(operation, call, answer) as Partial<Outputs>;
      const mended = await after(registry, asked, input, output, call);
      return mended ? model.writeOutput(operation, call, output) : undefined;
    },
  };
}

const model = new Model(elb);
const $metadata = {};

/** Answers some operations, and refuses what AWS refuses; the rest is the base's. */
async function instead(
  registry: Registry,
  action: string,
  input: Partial<Inputs>,
  { caller }: Call,
): Promise<object | undefined> {
  const actions = [input.DefaultActions, input.Actions].flat();
  for (const { value: arn } of actions.flatMap((each) => forwardTargets(each))) {
    if (!registry.groups.has(arn)) {
      const message = `Target groups '${arn}' not found`;
      throw new elb.TargetGroupNotFoundException({ message, $metadata });
    }
    const user = registry.groups.get(arn)?.loadBalancerArn;
    const mine = input.LoadBalancerArn ?? loadBalancerOf(input.ListenerArn ?? input.RuleArn ?? "");
    if (user && user !== mine) {
      const message = `The following target groups cannot be associated with more than one load balancer: ${arn}`;
      throw new elb.TargetGroupAssociationLimitException({ message, $metadata });
    }
  }
  if (action === "CreateListener") {
    const taken = [...registry.listenerSettings.values()].some(
      (other) => other.LoadBalancerArn === input.LoadBalancerArn && other.Port === input.Port,
    );
    if (taken) {
      const message = `A listener already exists on this port for this load balancer '${input.LoadBalancerArn}'`;
      throw new elb.DuplicateListenerException({ message, $metadata });
    }
  }

  const group = registry.groups.get(input.TargetGroupArn ?? "");
  // An unknown group, or another account's, is refused by the base.
  if (!group || group.scope.account !== caller.account || group.scope.region !== caller.region)
    return undefined;
  switch (action) {
    case "RegisterTargets":
      await group.register(input.Targets ?? []);
      return {};
    case "DeregisterTargets":
      await group.deregister(input.Targets ?? []);
      return {};
    case "DescribeTargetHealth":
      return { TargetHealthDescriptions: group.describe(input.Targets) };
    case "DeleteTargetGroup":
      if (!group.loadBalancerArn) return undefined;
      throw new elb.ResourceInUseException({
        message: `Target group '${group.arn}' is currently in use by a listener or a rule`,
        $metadata,
      });
    default:
      return undefined;
  }
}

/** The members of the inputs that are looked at here, whichever operation they belong to. */
type Inputs = elb.CreateListenerInput &
  elb.RegisterTargetsInput &
  elb.CreateRuleInput &
  elb.ModifyRuleInput &
  elb.ModifyListenerInput & { LoadBalancerArn: string };

type Outputs = elb.CreateLoadBalancerOutput &
  elb.DescribeListenersOutput &
  elb.DescribeRulesOutput &
  elb.DescribeTargetGroupsOutput &
  elb.ModifyTargetGroupAttributesOutput;

/** Follows what the base has accepted. Whether `output` was mended. */
async function after(
  registry: Registry,
  action: string,
  input: Partial<Inputs>,
  output: Partial<Outputs>,
  { caller: { account, region } }: Call,
): Promise<boolean> {
  const scope = { account, region };
  switch (action) {
    case "CreateLoadBalancer":
      for (const each of output.LoadBalancers ?? [])
        registry.loadBalancers.set(each.LoadBalancerArn ?? "", each);
      return false;
    case "DeleteLoadBalancer":
      await registry.removeLoadBalancer(input.LoadBalancerArn ?? "");
      return false;
    case "ModifyLoadBalancerAttributes":
      await registry.putAttributes(input.LoadBalancerArn ?? "", attributes(output.Attributes));
      return false;

    case "CreateTargetGroup":
    case "ModifyTargetGroup":
      for (const each of output.TargetGroups ?? []) registry.putGroup(each, scope);
      mendGroups(registry, output.TargetGroups);
      return true;
    case "DeleteTargetGroup":
      await registry.removeGroup(input.TargetGroupArn ?? "");
      return false;
    case "ModifyTargetGroupAttributes":
      await registry.putAttributes(input.TargetGroupArn ?? "", attributes(output.Attributes));
      return false;
    case "DescribeTargetGroups":
      if (input.LoadBalancerArn) {
        const used = [...registry.groups.values()].filter(
          (group) => group.loadBalancerArn === input.LoadBalancerArn,
        );
        output.TargetGroups = used.map((group) => ({ ...group.settings }));
      }
      mendGroups(registry, output.TargetGroups);
      return true;

    case "CreateListener":
    case "ModifyListener":
      for (const each of output.Listeners ?? []) {
        const before = registry.listenerSettings.get(each.ListenerArn ?? "")?.DefaultActions;
        each.DefaultActions = mendActions(each.DefaultActions, input.DefaultActions ?? before);
        await registry.putListener(each, scope);
      }
      return true;
    case "DeleteListener":
      await registry.removeListener(input.ListenerArn ?? "");
      return false;
    case "DescribeListeners":
      for (const each of output.Listeners ?? []) {
        const known = registry.listenerSettings.get(each.ListenerArn ?? "");
        each.DefaultActions = mendActions(each.DefaultActions, known?.DefaultActions);
      }
      return true;

    case "CreateRule":
    case "ModifyRule":
    case "SetRulePriorities":
      for (const each of output.Rules ?? []) {
        const before = registry.rules.get(each.RuleArn ?? "");
        mendRule(each, {
          Actions: input.Actions ?? before?.Actions,
          Conditions: input.Conditions ?? before?.Conditions,
        });
        registry.rules.set(each.RuleArn ?? "", each);
      }
      await registry.update();
      return true;
    case "DeleteRule":
      registry.rules.delete(input.RuleArn ?? "");
      await registry.update();
      return false;
    case "DescribeRules":
      for (const each of output.Rules ?? []) {
        const listener = (each.RuleArn ?? "")
          .replace(":listener-rule/", ":listener/")
          .replace(/\/[^/]*$/, "");
        if (each.IsDefault) {
          each.Actions = mendActions(each.Actions, registry.listenerSettings.get(listener)?.DefaultActions);
        } else mendRule(each, registry.rules.get(each.RuleArn ?? ""));
      }
      return true;
    default:
      return false;
  }
}

/** `arn:…:loadbalancer/app/name/id` of a listener's or a rule's ARN. */
function loadBalancerOf(arn: string): string {
  const [head = "", path = ""] = arn.split(/:listener(?:-rule)?\//);
  return `${head}:loadbalancer/${path.split("/").slice(0, 3).join("/")}`;
}

const attributes = (list: readonly { Key?: string; Value?: string }[] | undefined) =>
  Object.fromEntries((list ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
