import * as aws from "@pulumi/aws";
import type { Policies, ReportViolation, StackValidationPolicy } from "@pulumi/policy";
import { type Watched, belongsTo, watchedBy } from "./deployment-group";
import { type Typed, allOf, called } from "./named";
import { judgeEach } from "./unknown";

type Group = Typed<aws.codedeploy.DeploymentGroup>;

const groupsAlarm: StackValidationPolicy = {
  name: "deployment-alarms",
  description:
    "CodeDeploy stops a bad version by the group's alarms, so that each group has some, each exists, and one that cannot " +
    "be asked stops a deployment, too. " +
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    judgeEach(allOf(resources, aws.codedeploy.DeploymentGroup), (group) => {
      const { resource, props } = group;
      const configuration = props.alarmConfiguration;
      if (configuration?.enabled !== true || (configuration.alarms ?? []).length === 0)
        violation(
          `${called(resource)} has no alarm that stops a deployment. Set alarmConfiguration with enabled true and ` +
            `the names of its alarms.`,
          resource.urn,
        );
      if (configuration?.ignorePollAlarmFailure === true)
        violation(
          `${called(resource)} goes on when its alarms cannot be asked. Set ignorePollAlarmFailure false.`,
          resource.urn,
        );
      const present = allOf(resources, aws.cloudwatch.MetricAlarm).map((alarm) => alarm.props.name);
      for (const name of configuration?.alarms ?? [])
        if (!present.includes(name))
          violation(
            `${called(resource)} waits for the alarm ${name}, which is not in this stack. Add it, or take it out of ` +
              `alarmConfiguration.`,
            resource.urn,
          );
    });
  },
};

const ownTargetGroups: StackValidationPolicy = {
  name: "alarms-watch-own-target-groups",
  description:
    "Blue and green take turns, so that each target group of a deployment group has an alarm on the load balancer that " +
    "its listeners are on, and no alarm is about somebody else's. " +
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    judgeEach(allOf(resources, aws.codedeploy.DeploymentGroup), (group) => {
      const watched = watchedBy(group, resources);
      // Functions have no target groups.
      if (!watched) return;
      judgeEach(watched.targetGroupNames, (name) => {
        judgeTargetGroup(group, name, watched, violation);
      });
      judgeEach(watched.alarms, (alarm) => {
        judgeAlarm(group, alarm, watched, violation);
      });
    });
  },
};

function judgeTargetGroup({ resource }: Group, name: string, watched: Watched, violation: ReportViolation) {
  const targetGroup = watched.targetGroups.find(({ props }) => props.name === name);
  if (!targetGroup)
    violation(
      `${called(resource)} moves traffic to the target group ${name}, which is not in this stack, so that nobody knows ` +
        `what watches it. Use a target group of the stack.`,
      resource.urn,
    );
  else if (!watched.alarms.some((alarm) => watches(alarm, targetGroup, watched.loadBalancers)))
    violation(
      `No alarm of ${called(resource)} watches ${called(targetGroup.resource)} on the load balancer of its listeners. ` +
        `Add one of namespace AWS/ApplicationELB with both as dimensions to alarmConfiguration.`,
      resource.urn,
    );
}

function judgeAlarm(
  { resource }: Group,
  alarm: Typed<aws.cloudwatch.MetricAlarm>,
  watched: Watched,
  violation: ReportViolation,
) {
  const own = watched.targetGroups.filter(({ props }) => watched.targetGroupNames.includes(props.name));
  if (own.some((targetGroup) => belongsTo(alarm, "TargetGroup", targetGroup))) return;
  violation(
    `${called(alarm.resource)} is an alarm of ${called(resource)}, but about no target group of it, so that something ` +
      `else rolls its deployments back. Set its dimension TargetGroup, or take it out of alarmConfiguration.`,
    alarm.resource.urn,
  );
}

function watches(
  alarm: Typed<aws.cloudwatch.MetricAlarm>,
  targetGroup: Typed<aws.lb.TargetGroup>,
  loadBalancers: Typed<aws.lb.LoadBalancer>[],
): boolean {
  return (
    alarm.props.namespace === "AWS/ApplicationELB" &&
    belongsTo(alarm, "TargetGroup", targetGroup) &&
    loadBalancers.some((loadBalancer) => belongsTo(alarm, "LoadBalancer", loadBalancer))
  );
}

export const alarms: Policies = [groupsAlarm, ownTargetGroups];
