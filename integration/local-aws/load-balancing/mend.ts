import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Registry } from "./registry";

// What MiniStack forgets of what it was told.

export function mendRule(rule: elb.Rule, asked: Pick<elb.Rule, "Actions" | "Conditions"> | undefined): void {
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
export function mendActions(
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

export function mendGroups(registry: Registry, groups: elb.TargetGroup[] | undefined): void {
  for (const group of groups ?? []) {
    const user = registry.groups.get(group.TargetGroupArn ?? "")?.loadBalancerArn;
    group.LoadBalancerArns = user ? [user] : [];
  }
}
