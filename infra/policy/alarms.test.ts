import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarms } from "./alarms";
import { asPreview, messagesOf, registered } from "./testing";

interface Change {
  alarmConfiguration?: aws.types.input.codedeploy.DeploymentGroupAlarmConfiguration | null;
  /** Of the alarm of green. */
  alarm?: (own: Made) => Partial<aws.cloudwatch.MetricAlarmArgs>;
  targetGroups?: string[];
}
interface Made {
  loadBalancer: aws.lb.LoadBalancer;
  otherLoadBalancer: aws.lb.LoadBalancer;
  blue: aws.lb.TargetGroup;
  otherTargetGroup: aws.lb.TargetGroup;
}

/** A deployment group with its pair, load balancer and alarms, and beside it those of somebody else. */
function service({ alarmConfiguration, alarm, targetGroups = ["blue", "green"] }: Change) {
  const loadBalancer = new aws.lb.LoadBalancer("own", { name: "own" });
  const otherLoadBalancer = new aws.lb.LoadBalancer("other", { name: "other" });
  const targetGroup = (name: string) => new aws.lb.TargetGroup(name, { name });
  const blue = targetGroup("blue");
  const green = targetGroup("green");
  const otherTargetGroup = targetGroup("other");
  const listener = (name: string, first: aws.lb.TargetGroup, on = loadBalancer) =>
    new aws.lb.Listener(name, {
      loadBalancerArn: on.arn,
      defaultActions: [{ type: "forward", targetGroupArn: first.arn }],
    });
  listener("other", otherTargetGroup, otherLoadBalancer);
  const watch = (name: string, group: aws.lb.TargetGroup, change: Partial<aws.cloudwatch.MetricAlarmArgs>) =>
    new aws.cloudwatch.MetricAlarm(name, {
      name,
      namespace: "AWS/ApplicationELB",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 1,
      dimensions: { LoadBalancer: loadBalancer.arnSuffix, TargetGroup: group.arnSuffix },
      ...change,
    });
  const names = [
    watch("5xx-blue", blue, {}).name,
    watch("5xx-green", green, alarm?.({ loadBalancer, otherLoadBalancer, blue, otherTargetGroup }) ?? {})
      .name,
  ];
  new aws.codedeploy.DeploymentGroup("group", {
    appName: "application",
    deploymentGroupName: "group",
    serviceRoleArn: "role",
    loadBalancerInfo: {
      targetGroupPairInfo: {
        prodTrafficRoute: { listenerArns: [listener("production", blue).arn] },
        testTrafficRoute: { listenerArns: [listener("test", green).arn] },
        targetGroups: targetGroups.map((name) => ({ name })),
      },
    },
    ...(alarmConfiguration !== null && {
      alarmConfiguration: { enabled: true, alarms: names, ...alarmConfiguration },
    }),
  });
}

/** What the rules say, which has to be the same in a preview of a stack that is not there yet. */
async function about(change: Change): Promise<string[]> {
  const resources = await registered(() => {
    service(change);
  });
  const messages = await messagesOf(alarms, resources);
  assert.deepEqual(await messagesOf(alarms, asPreview(resources)), messages);
  return messages;
}

const unwatched = (colour: string) =>
  `alarms-watch-own-target-groups: No alarm of DeploymentGroup group watches TargetGroup ${colour} on the load balancer of ` +
  "its listeners. Add one of namespace AWS/ApplicationELB with both as dimensions to alarmConfiguration.";
const foreign = (name: string) =>
  `alarms-watch-own-target-groups: MetricAlarm ${name} is an alarm of DeploymentGroup group, but about no target group of ` +
  "it, so that something else rolls its deployments back. Set its dimension TargetGroup, or take it out of " +
  "alarmConfiguration.";
const none =
  "deployment-alarms: DeploymentGroup group has no alarm that stops a deployment. Set alarmConfiguration with enabled true " +
  "and the names of its alarms.";

describe("alarms", () => {
  it("watch both target groups", async () => {
    assert.deepEqual(await about({}), []);
  });

  it("are there, and on", async () => {
    const both = [unwatched("blue"), unwatched("green")];
    assert.deepEqual(await about({ alarmConfiguration: null }), [none, ...both]);
    assert.deepEqual(await about({ alarmConfiguration: { enabled: true, alarms: [] } }), [none, ...both]);
    assert.deepEqual(await about({ alarmConfiguration: { enabled: false } }), [none]);
  });

  it("stop a deployment when they cannot be asked", async () => {
    assert.deepEqual(await about({ alarmConfiguration: { ignorePollAlarmFailure: true } }), [
      "deployment-alarms: DeploymentGroup group goes on when its alarms cannot be asked. Set ignorePollAlarmFailure false.",
    ]);
  });

  it("exist", async () => {
    assert.deepEqual(await about({ alarmConfiguration: { alarms: ["5xx-blue", "5xx-gren"] } }), [
      "deployment-alarms: DeploymentGroup group waits for the alarm 5xx-gren, which is not in this stack. Add it, or take " +
        "it out of alarmConfiguration.",
      unwatched("green"),
    ]);
  });

  it("do not leave a target group unwatched", async () => {
    assert.deepEqual(await about({ alarmConfiguration: { alarms: ["5xx-blue"] } }), [unwatched("green")]);
    assert.deepEqual(
      await about({
        alarm: ({ loadBalancer, blue }) => ({
          dimensions: { LoadBalancer: loadBalancer.arnSuffix, TargetGroup: blue.arnSuffix },
        }),
      }),
      [unwatched("green")],
    );
    assert.deepEqual(await about({ alarm: () => ({ namespace: "AWS/NetworkELB" }) }), [unwatched("green")]);
  });

  it("are not about somebody else's target group or load balancer", async () => {
    assert.deepEqual(
      await about({
        alarm: ({ loadBalancer, otherTargetGroup }) => ({
          dimensions: { LoadBalancer: loadBalancer.arnSuffix, TargetGroup: otherTargetGroup.arnSuffix },
        }),
      }),
      [unwatched("green"), foreign("5xx-green")],
    );
    assert.deepEqual(
      await about({
        alarm: ({ loadBalancer }) => ({ dimensions: { LoadBalancer: loadBalancer.arnSuffix } }),
      }),
      [unwatched("green"), foreign("5xx-green")],
    );
    const green = "targetgroup/green/1";
    assert.deepEqual(
      await messagesOf(
        alarms,
        await registered(() => {
          service({
            alarm: ({ otherLoadBalancer }) => ({
              dimensions: { LoadBalancer: otherLoadBalancer.arnSuffix, TargetGroup: green },
            }),
          });
        }),
      ),
      [unwatched("green")],
    );
  });

  it("cannot be judged for a target group of somewhere else", async () => {
    assert.deepEqual(await about({ targetGroups: ["blue", "green", "foreign"] }), [
      "alarms-watch-own-target-groups: DeploymentGroup group moves traffic to the target group foreign, which is not in " +
        "this stack, so that nobody knows what watches it. Use a target group of the stack.",
    ]);
  });

  it("of functions need no target groups", async () => {
    const program = () => {
      const alarm = new aws.cloudwatch.MetricAlarm("errors", {
        name: "errors",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        evaluationPeriods: 1,
      });
      new aws.codedeploy.DeploymentGroup("group", {
        appName: "application",
        deploymentGroupName: "group",
        serviceRoleArn: "role",
        alarmConfiguration: { enabled: true, alarms: pulumi.all([alarm.name]) },
      });
    };
    assert.deepEqual(await messagesOf(alarms, await registered(program)), []);
  });
});
