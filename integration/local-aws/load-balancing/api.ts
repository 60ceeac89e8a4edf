import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Answer, Beside, Call } from "../core/acting";
import { forwardTargets } from "./traffic/actions";
import { readAnswer, readRequest, writeAnswer, writeError } from "./query";
import type { Registry } from "./registry";

/**
 * What Greenroom does beside the base's Elastic Load Balancing API. The traffic follows each write before its caller
 * has the answer. Targets and their health are ours alone. The rest is the base's, mended where MiniStack forgets:
 * the groups and weights of a forward action, query-string conditions, and which load balancer uses a target group.
 */
export function besideLoadBalancing(registry: Registry): Beside {
  return {
    instead: (call) => Promise.resolve(instead(registry, call)),
    after: (call, answer) => after(registry, call, answer),
  };
}

function instead(registry: Registry, call: Call): Answer | undefined {
  const request = readRequest(call.body);
  if (!request) return undefined;
  const { action } = request;
  const input = request.input as Partial<Inputs>;
  const refuse = (code: string, message: string) => answerOf(writeError(code, message), 400);

  const actions = [input.DefaultActions, input.Actions].flat();
  for (const { value: arn } of actions.flatMap((each) => forwardTargets(each))) {
    if (!registry.groups.has(arn)) return refuse("TargetGroupNotFound", `Target groups '${arn}' not found`);
    const user = registry.groups.get(arn)?.loadBalancerArn;
    const mine = input.LoadBalancerArn ?? loadBalancerOf(input.ListenerArn ?? input.RuleArn ?? "");
    if (user && user !== mine) {
      return refuse(
        "TargetGroupAssociationLimit",
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      );
    }
  }
  if (action === "CreateListener") {
    const taken = [...registry.listenerSettings.values()].some(
      (other) => other.LoadBalancerArn === input.LoadBalancerArn && other.Port === input.Port,
    );
    if (taken) {
      const message = `A listener already exists on this port for this load balancer '${input.LoadBalancerArn}'`;
      return refuse("DuplicateListener", message);
    }
  }

  const group = registry.groups.get(input.TargetGroupArn ?? "");
  // An unknown group, or another account's, is refused by the base.
  if (!group || group.scope.account !== call.caller.account || group.scope.region !== call.caller.region)
    return undefined;
  switch (action) {
    case "RegisterTargets":
      group.register(input.Targets ?? []);
      return answerOf(writeAnswer(action, {}));
    case "DeregisterTargets":
      group.deregister(input.Targets ?? []);
      return answerOf(writeAnswer(action, {}));
    case "DescribeTargetHealth":
      return answerOf(writeAnswer(action, { TargetHealthDescriptions: group.describe(input.Targets) }));
    case "DeleteTargetGroup":
      if (!group.loadBalancerArn) return undefined;
      return refuse(
        "ResourceInUse",
        `Target group '${group.arn}' is currently in use by a listener or a rule`,
      );
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

async function after(registry: Registry, call: Call, answer: Answer): Promise<Answer | undefined> {
  const request = readRequest(call.body);
  if (!request) return undefined;
  const { action } = request;
  const input = request.input as Partial<Inputs>;
  const output = readAnswer(action, answer.body) as Partial<Outputs>;
  const changed = () => answerOf(writeAnswer(action, output), answer.status);
  const { account, region } = call.caller;
  const scope = { account, region };

  switch (action) {
    case "CreateLoadBalancer":
      for (const each of output.LoadBalancers ?? [])
        registry.loadBalancers.set(each.LoadBalancerArn ?? "", each);
      return undefined;
    case "DeleteLoadBalancer":
      registry.removeLoadBalancer(input.LoadBalancerArn ?? "");
      return undefined;
    case "ModifyLoadBalancerAttributes":
      registry.putAttributes(input.LoadBalancerArn ?? "", attributes(output.Attributes));
      return undefined;

    case "CreateTargetGroup":
    case "ModifyTargetGroup":
      for (const each of output.TargetGroups ?? []) registry.putGroup(each, scope);
      mendGroups(registry, output.TargetGroups);
      return changed();
    case "DeleteTargetGroup":
      await registry.removeGroup(input.TargetGroupArn ?? "");
      return undefined;
    case "ModifyTargetGroupAttributes":
      registry.putAttributes(input.TargetGroupArn ?? "", attributes(output.Attributes));
      return undefined;
    case "DescribeTargetGroups":
      if (input.LoadBalancerArn) {
        const used = [...registry.groups.values()].filter(
          (group) => group.loadBalancerArn === input.LoadBalancerArn,
        );
        output.TargetGroups = used.map((group) => ({ ...group.settings }));
      }
      mendGroups(registry, output.TargetGroups);
      return changed();

    case "CreateListener":
    case "ModifyListener":
      for (const each of output.Listeners ?? []) {
        const before = registry.listenerSettings.get(each.ListenerArn ?? "")?.DefaultActions;
        each.DefaultActions = mendActions(each.DefaultActions, input.DefaultActions ?? before);
        await registry.putListener(each, scope);
      }
      return changed();
    case "DeleteListener":
      registry.removeListener(input.ListenerArn ?? "");
      return undefined;
    case "DescribeListeners":
      for (const each of output.Listeners ?? []) {
        const known = registry.listenerSettings.get(each.ListenerArn ?? "");
        each.DefaultActions = mendActions(each.DefaultActions, known?.DefaultActions);
      }
      return changed();

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
      registry.update();
      return changed();
    case "DeleteRule":
      registry.rules.delete(input.RuleArn ?? "");
      registry.update();
      return undefined;
    case "DescribeRules":
      for (const each of output.Rules ?? []) {
        const listener = (each.RuleArn ?? "")
          .replace(":listener-rule/", ":listener/")
          .replace(/\/[^/]*$/, "");
        if (each.IsDefault) {
          each.Actions = mendActions(each.Actions, registry.listenerSettings.get(listener)?.DefaultActions);
        } else mendRule(each, registry.rules.get(each.RuleArn ?? ""));
      }
      return changed();
    default:
      return undefined;
  }
}

function mendRule(rule: elb.Rule, asked: Pick<elb.Rule, "Actions" | "Conditions"> | undefined): void {
  rule.Actions = mendActions(rule.Actions, asked?.Actions);
  rule.Conditions = rule.Conditions?.map((condition, i) => {
    const wanted = asked?.Conditions?.[i];
    if (wanted?.Field !== condition.Field || condition.Field !== "query-string") return condition;
    return { ...condition, QueryStringConfig: wanted?.QueryStringConfig };
  });
}

/**
 * A forward action as AWS describes it: a single group both ways, several groups with their weights. Other actions
 * as the base has them.
 */
function mendActions(
  actions: elb.Action[] | undefined,
  asked: readonly elb.Action[] | undefined,
): elb.Action[] | undefined {
  return actions?.map((action, i) => {
    const wanted = asked?.[i];
    if (action.Type !== "forward" || wanted?.Type !== "forward") return action;
    const groups = wanted.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: wanted.TargetGroupArn }];
    return {
      ...action,
      TargetGroupArn: groups.length === 1 ? groups[0]?.TargetGroupArn : undefined,
      ForwardConfig: {
        TargetGroups: groups.map(({ TargetGroupArn, Weight = 1 }) => ({ TargetGroupArn, Weight })),
        TargetGroupStickinessConfig: wanted.ForwardConfig?.TargetGroupStickinessConfig ?? { Enabled: false },
      },
    };
  });
}

function mendGroups(registry: Registry, groups: elb.TargetGroup[] | undefined): void {
  for (const group of groups ?? []) {
    const user = registry.groups.get(group.TargetGroupArn ?? "")?.loadBalancerArn;
    group.LoadBalancerArns = user ? [user] : [];
  }
}

/** `arn:…:loadbalancer/app/name/id` of a listener's or a rule's ARN. */
function loadBalancerOf(arn: string): string {
  const [head = "", path = ""] = arn.split(/:listener(?:-rule)?\//);
  return `${head}:loadbalancer/${path.split("/").slice(0, 3).join("/")}`;
}

const attributes = (list: readonly { Key?: string; Value?: string }[] | undefined) =>
  Object.fromEntries((list ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

const answerOf = (body: Buffer, status = 200): Answer => ({
  status,
  headers: { "content-type": "text/xml" },
  body,
});
