import { randomInt } from "node:crypto";
import type { DeploymentInfo } from "@aws-sdk/client-codedeploy";
import type { Aws } from "../../core/aws";
import { deployerOf } from "../deployers";
import type { CodeDeployState, Deployment, Group } from "../model";
import type { Rollout } from "./deployer";
import { Interruption } from "./interruption";
import { appSpecContent } from "./revision";
import { setStatus } from "./state";

/**
 * A new deployment of a group, as the group is now.
 *
 * @param rollout @default what the group's compute platform makes of the revision
 * @throws InvalidRevisionException
 */
export function open(
  aws: Aws,
  state: CodeDeployState,
  group: Group,
  given: Partial<DeploymentInfo>,
  rollout?: Rollout,
): Deployment {
  const deploymentId = newDeploymentId();
  const { owner } = state;
  const now = aws.clock.now();
  const info = {
    applicationName: group.info.applicationName,
    deploymentGroupName: group.info.deploymentGroupName,
    deploymentConfigName: group.info.deploymentConfigName,
    deploymentStyle: group.info.deploymentStyle,
    loadBalancerInfo: group.info.loadBalancerInfo,
    blueGreenDeploymentConfiguration: group.info.blueGreenDeploymentConfiguration,
    autoRollbackConfiguration: group.info.autoRollbackConfiguration,
    computePlatform: group.info.computePlatform,
    ignoreApplicationStopFailures: false,
    updateOutdatedInstancesOnly: false,
    instanceTerminationWaitTimeStarted: false,
    createTime: now,
    creator: "user" as const,
    ...given,
    deploymentId,
  };
  const deployer = deployerOf(group.info.computePlatform);
  rollout ??= deployer.rollout(aws, { info, group: group.info, owner }, appSpecContent(info.revision));
  const deployment: Deployment = {
    info,
    owner,
    group,
    rollout,
    routing: state.configs.get(info.deploymentConfigName ?? "")?.trafficRoutingConfig ?? {
      type: "AllAtOnce",
    },
    events: rollout.lifecycle.map((lifecycleEventName) => ({ lifecycleEventName, status: "Pending" })),
    updatedAt: now,
    interruption: new Interruption(),
    hooks: new Map(),
    continued: { ready: new AbortController(), termination: new AbortController() },
    finished: Promise.resolve(),
  };
  state.deployments.set(deploymentId, deployment);
  setStatus(aws, deployment, "Created");
  return deployment;
}

export function lastSucceeded(state: CodeDeployState, group: Group): Deployment | undefined {
  return [...state.deployments.values()]
    .filter((one) => one.group === group && one.info.status === "Succeeded")
    .at(-1);
}

const newDeploymentId = () =>
  `d-${Array.from({ length: 9 }, () => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".charAt(randomInt(36))).join("")}`;
