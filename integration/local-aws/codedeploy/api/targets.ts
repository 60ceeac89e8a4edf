import * as sdk from "@aws-sdk/client-codedeploy";
import type { Handlers } from "../../core/service";
import type { CodeDeployState, Deployment, StateOf } from "../model";
import { listed } from "./checks";
import { findDeployment } from "./deployments";

const statuses: Record<string, sdk.TargetStatus> = {
  Created: "Pending",
  Queued: "Pending",
  InProgress: "InProgress",
  Ready: "Ready",
  Succeeded: "Succeeded",
};

function findTarget(
  state: CodeDeployState,
  deploymentId: string | undefined,
  targetId: string | undefined,
): Deployment {
  const deployment = findDeployment(state, deploymentId);
  const { targetId: only } = deployment.rollout;
  if (targetId === only) return deployment;
  const message = `The deployment ${deploymentId} has no target "${targetId}"; it has ${only}.`;
  throw new sdk.DeploymentTargetDoesNotExistException({ message, $metadata: {} });
}

const statusOf = ({ info }: Deployment): sdk.TargetStatus => statuses[info.status ?? ""] ?? "Failed";

const describe = (deployment: Deployment): Promise<sdk.DeploymentTarget> => {
  const { rollout, info, events, updatedAt } = deployment;
  return rollout.describe({
    deploymentId: info.deploymentId,
    targetId: rollout.targetId,
    lastUpdatedAt: updatedAt,
    lifecycleEvents: events,
    status: statusOf(deployment),
  });
};

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_GetDeploymentTarget.html and its neighbours */
export function deploymentTargets(stateOf: StateOf) {
  return {
    GetDeploymentTarget: async (input, caller) => ({
      deploymentTarget: await describe(findTarget(stateOf(caller), input.deploymentId, input.targetId)),
    }),
    BatchGetDeploymentTargets: async (input, caller) => ({
      deploymentTargets: await Promise.all(
        (input.targetIds ?? []).map((id) => describe(findTarget(stateOf(caller), input.deploymentId, id))),
      ),
    }),
    ListDeploymentTargets: async ({ deploymentId, nextToken, targetFilters }, caller) => {
      const deployment = findDeployment(stateOf(caller), deploymentId);
      const wanted = targetFilters?.TargetStatus;
      const found = !wanted || wanted.includes(statusOf(deployment)) ? [deployment.rollout.targetId] : [];
      const { items, ...rest } = listed(found, nextToken);
      return { targetIds: items, ...rest };
    },
  } satisfies Handlers<typeof sdk>;
}
