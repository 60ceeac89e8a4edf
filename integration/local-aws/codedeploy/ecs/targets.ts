import type { DeploymentTarget, ECSTaskSet, TargetStatus } from "@aws-sdk/client-codedeploy";
import { DescribeServicesCommand, ECSClient, type TaskSet } from "@aws-sdk/client-ecs";
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Aws } from "../../core/aws";
import type { Deployment } from "../model";

const statuses: Record<string, TargetStatus> = {
  Created: "Pending",
  Queued: "Pending",
  InProgress: "InProgress",
  Ready: "Ready",
  Succeeded: "Succeeded",
};

/** `cluster:service`. */
export function targetIdOf({ group }: Deployment): string {
  const { clusterName, serviceName } = group.info.ecsServices?.[0] ?? {};
  return `${clusterName}:${serviceName}`;
}

/** The one target of an Amazon ECS deployment: the service, its lifecycle events and task sets as they are now. */
export async function describeTarget(aws: Aws, deployment: Deployment): Promise<DeploymentTarget> {
  const { info, group, target, events, owner } = deployment;
  const { clusterName = "", serviceName = "" } = group.info.ecsServices?.[0] ?? {};
  const answer = await aws
    .client(ECSClient, owner)
    .send(new DescribeServicesCommand({ cluster: clusterName, services: [serviceName] }));
  const sets = answer.services?.[0]?.taskSets ?? [];
  const weights = await productionWeights(aws, deployment);
  const describe = (set: TaskSet): ECSTaskSet => {
    const targetGroupArn = set.loadBalancers?.[0]?.targetGroupArn ?? "";
    return {
      identifer: set.id,
      desiredCount: set.computedDesiredCount,
      pendingCount: set.pendingCount,
      runningCount: set.runningCount,
      status: set.status,
      trafficWeight: weights.get(targetGroupArn) ?? 0,
      targetGroup: { name: targetGroupArn.split("/")[1] },
      taskSetLabel: set.taskSetArn === target.greenTaskSet ? "Green" : "Blue",
    };
  };
  return {
    deploymentTargetType: "ECSTarget",
    ecsTarget: {
      deploymentId: info.deploymentId,
      targetId: targetIdOf(deployment),
      targetArn: `arn:aws:ecs:${owner.region}:${owner.account}:service/${clusterName}/${serviceName}`,
      lastUpdatedAt: target.updatedAt,
      lifecycleEvents: events,
      status: statuses[info.status ?? ""] ?? "Failed",
      taskSetsInfo: sets
        .filter(({ taskSetArn }) => taskSetArn === target.blueTaskSet || taskSetArn === target.greenTaskSet)
        .map(describe),
    },
  };
}

/** Percent of production traffic by target group. */
async function productionWeights(aws: Aws, { info, owner }: Deployment): Promise<Map<string, number>> {
  const ListenerArns = info.loadBalancerInfo?.targetGroupPairInfoList?.[0]?.prodTrafficRoute?.listenerArns;
  const answer = await aws
    .client(ElasticLoadBalancingV2Client, owner)
    .send(new DescribeListenersCommand({ ListenerArns }));
  const action = answer.Listeners?.[0]?.DefaultActions?.find(({ Type }) => Type === "forward");
  const groups = action?.ForwardConfig?.TargetGroups ?? [
    { TargetGroupArn: action?.TargetGroupArn, Weight: 100 },
  ];
  const total = groups.reduce((sum, { Weight }) => sum + (Weight ?? 1), 0);
  return new Map(
    groups.map(({ TargetGroupArn, Weight }) => [
      TargetGroupArn ?? "",
      total ? (100 * (Weight ?? 1)) / total : 0,
    ]),
  );
}
