import * as aws from "@pulumi/aws";
import type { PolicyResource } from "@pulumi/policy";
import { type Typed, allOf } from "./named";
import { refersTo } from "./unknown";

/** What a deployment group moves traffic between, and what looks at it. */
export interface Watched {
  /** The names in the group's pair; the stack may lack one. */
  targetGroupNames: string[];
  /** All of the stack. */
  targetGroups: Typed<aws.lb.TargetGroup>[];
  /** Those that the group's listeners are on. */
  loadBalancers: Typed<aws.lb.LoadBalancer>[];
  /** The group's own. */
  alarms: Typed<aws.cloudwatch.MetricAlarm>[];
}

/** `undefined` for a group without target groups. */
export function watchedBy(
  group: Typed<aws.codedeploy.DeploymentGroup>,
  resources: PolicyResource[],
): Watched | undefined {
  const { props } = group;
  const pair = props.loadBalancerInfo?.targetGroupPairInfo;
  if (!pair) return undefined;
  const listeners = allOf(resources, aws.lb.Listener).filter((listener) =>
    [() => pair.prodTrafficRoute.listenerArns, () => pair.testTrafficRoute?.listenerArns].some((arns) =>
      refersTo(group.resource, "loadBalancerInfo", arns, listener.resource, () => listener.props.arn),
    ),
  );
  const names = props.alarmConfiguration?.alarms ?? [];
  return {
    targetGroupNames: pair.targetGroups.map(({ name }) => name),
    targetGroups: allOf(resources, aws.lb.TargetGroup),
    loadBalancers: allOf(resources, aws.lb.LoadBalancer).filter((loadBalancer) =>
      listeners.some((listener) =>
        refersTo(
          listener.resource,
          "loadBalancerArn",
          () => listener.props.loadBalancerArn,
          loadBalancer.resource,
          () => loadBalancer.props.arn,
        ),
      ),
    ),
    alarms: allOf(resources, aws.cloudwatch.MetricAlarm).filter((alarm) => names.includes(alarm.props.name)),
  };
}

/** Whether a dimension of an alarm is the metric name of a target group or load balancer. */
export function belongsTo(
  alarm: Typed<aws.cloudwatch.MetricAlarm>,
  dimension: "TargetGroup" | "LoadBalancer",
  to: Typed<aws.lb.TargetGroup> | Typed<aws.lb.LoadBalancer>,
): boolean {
  return refersTo(
    alarm.resource,
    "dimensions",
    () => alarm.props.dimensions?.[dimension],
    to.resource,
    () => to.props.arnSuffix,
  );
}
