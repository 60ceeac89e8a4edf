import type { DeploymentTarget, ECSTaskSet, TargetGroupPairInfo } from "@aws-sdk/client-codedeploy";
import { DescribeServicesCommand, ECSClient, type TaskSet } from "@aws-sdk/client-ecs";
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Aws, Identity } from "../../core/aws";
import type { Progress } from "../deployments/deployer";
import type { ServiceKey } from "./task-sets";

/** The one target of an Amazon ECS deployment: the service, its lifecycle events and task sets as they are now. */
export async function describeTarget(
  aws: Aws,
  owner: Identity,
  { cluster, service }: ServiceKey,
  pair: TargetGroupPairInfo,
  { blue, green }: { blue?: string; green?: string },
  progress: Progress,
): Promise<DeploymentTarget> {
  const answer = await aws
    .client(ECSClient, owner)
    .send(new DescribeServicesCommand({ cluster, services: [service] }));
  const sets = answer.services?.[0]?.taskSets ?? [];
  const weights = await productionWeights(aws, owner, pair);
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
      taskSetLabel: set.taskSetArn === green ? "Green" : "Blue",
    };
  };
  return {
    deploymentTargetType: "ECSTarget",
    ecsTarget: {
      ...progress,
      targetArn: `arn:aws:ecs:${owner.region}:${owner.account}:service/${cluster}/${service}`,
      taskSetsInfo: sets
        .filter(({ taskSetArn }) => taskSetArn && (taskSetArn === blue || taskSetArn === green))
        .map(describe),
    },
  };
}

/** Percent of production traffic by target group. */
async function productionWeights(
  aws: Aws,
  owner: Identity,
  { prodTrafficRoute }: TargetGroupPairInfo,
): Promise<Map<string, number>> {
  const answer = await aws
    .client(ElasticLoadBalancingV2Client, owner)
    .send(new DescribeListenersCommand({ ListenerArns: prodTrafficRoute?.listenerArns }));
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
