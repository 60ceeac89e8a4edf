import * as sdk from "@aws-sdk/client-codedeploy";
import type { Aws } from "../../core/aws";
import type { Handlers } from "../../core/service";
import { DeploymentError } from "../deployments/interruption";
import { lastSucceeded, open } from "../deployments/open";
import { start } from "../deployments/run";
import { isOver } from "../deployments/state";
import type { CodeDeployState, Deployment, StateOf } from "../model";
import { findApplication } from "./applications";
import { checkAlarms, checkRollback, listed } from "./checks";
import { findConfig } from "./deployment-configs";
import { findGroup } from "./deployment-groups";

const $metadata = {};

export function findDeployment(state: CodeDeployState, id: string | undefined): Deployment {
  if (!id) throw new sdk.DeploymentIdRequiredException({ message: "Deployment id is required.", $metadata });
  const deployment = state.deployments.get(id);
  if (deployment) return deployment;
  throw new sdk.DeploymentDoesNotExistException({
    message: `The deployment ${id} could not be found`,
    $metadata,
  });
}

function findOngoing(state: CodeDeployState, id: string | undefined): Deployment {
  const deployment = findDeployment(state, id);
  if (!isOver(deployment)) return deployment;
  const message = `Deployment ${id} is already in ${deployment.info.status} state`;
  throw new sdk.DeploymentAlreadyCompletedException({ message, $metadata });
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html and its neighbours */
export function deployments(aws: Aws, stateOf: StateOf) {
  return {
    CreateDeployment: async (input, caller) => {
      const state = stateOf(caller);
      const application = findApplication(state, input.applicationName);
      const group = findGroup(application, input.deploymentGroupName);
      if (!input.revision)
        throw new sdk.RevisionRequiredException({ message: "Revision is required.", $metadata });
      if (input.deploymentConfigName) findConfig(state, input.deploymentConfigName);
      checkRollback(input.autoRollbackConfiguration);
      checkAlarms(input.overrideAlarmConfiguration);
      const active = [...state.deployments.values()].find((one) => one.group === group && !isOver(one));
      if (active) {
        const message = `The Deployment Group '${group.info.deploymentGroupName}' already has an active Deployment '${active.info.deploymentId}'`;
        throw new sdk.DeploymentLimitExceededException({ message, $metadata });
      }
      const deployment = open(aws, state, group, {
        revision: input.revision,
        description: input.description,
        previousRevision: lastSucceeded(state, group)?.info.revision,
        ...(input.deploymentConfigName ? { deploymentConfigName: input.deploymentConfigName } : {}),
        ...(input.autoRollbackConfiguration
          ? { autoRollbackConfiguration: input.autoRollbackConfiguration }
          : {}),
        ...(input.overrideAlarmConfiguration
          ? { overrideAlarmConfiguration: input.overrideAlarmConfiguration }
          : {}),
      });
      start(aws, state, deployment);
      return { deploymentId: deployment.info.deploymentId };
    },
    GetDeployment: async (input, caller) => ({
      deploymentInfo: findDeployment(stateOf(caller), input.deploymentId).info,
    }),
    BatchGetDeployments: async (input, caller) => ({
      deploymentsInfo: (input.deploymentIds ?? []).flatMap(
        (id) => stateOf(caller).deployments.get(id)?.info ?? [],
      ),
    }),
    ListDeployments: async (input, caller) => {
      const { items, ...rest } = listed(wantedDeployments(stateOf(caller), input), input.nextToken);
      return { deployments: items, ...rest };
    },
    StopDeployment: async (input, caller) => {
      const deployment = findOngoing(stateOf(caller), input.deploymentId);
      const message = "The deployment was stopped by a request.";
      const { autoRollbackEnabled: rollBack } = input;
      deployment.interruption.raise(
        new DeploymentError("MANUAL_STOP", message, "DEPLOYMENT_STOP_ON_REQUEST", rollBack),
      );
      return { status: "Pending", statusMessage: "Stopping deployment." };
    },
    ContinueDeployment: async (input, caller) => {
      const deployment = findOngoing(stateOf(caller), input.deploymentId);
      const { info, continued } = deployment;
      const { deploymentWaitType: wait = "READY_WAIT" } = input;
      if (wait !== "READY_WAIT" && wait !== "TERMINATION_WAIT") {
        const message = `"${String(wait)}" is no wait: READY_WAIT, TERMINATION_WAIT`;
        throw new sdk.InvalidDeploymentWaitTypeException({ message, $metadata });
      }
      const termination = wait === "TERMINATION_WAIT";
      if (termination ? !info.instanceTerminationWaitTimeStarted : info.status !== "Ready") {
        const what = termination ? "for the termination of the original version" : "in the Ready state";
        const message = `The deployment ${info.deploymentId} is not waiting ${what}.`;
        throw new sdk.DeploymentIsNotInReadyStateException({ message, $metadata });
      }
      continued[termination ? "termination" : "ready"].abort();
      return {};
    },
  } satisfies Handlers<typeof sdk>;
}

/** The newest first. https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ListDeployments.html */
function wantedDeployments(state: CodeDeployState, input: sdk.ListDeploymentsInput): string[] {
  const { applicationName, deploymentGroupName, includeOnlyStatuses: statuses = [] } = input;
  const { start, end } = input.createTimeRange ?? {};
  // "If applicationName is specified, then deploymentGroupName must be specified", and the other way round.
  const named = applicationName || deploymentGroupName;
  const group = named && findGroup(findApplication(state, applicationName), deploymentGroupName);
  const known: string[] = Object.values(sdk.DeploymentStatus);
  const other = statuses.find((status) => !known.includes(status));
  if (other) {
    const message = `"${other}" is no status of a deployment: ${known.join(", ")}`;
    throw new sdk.InvalidDeploymentStatusException({ message, $metadata });
  }
  if (start && end && start > end) {
    const message = "The time range starts after its end.";
    throw new sdk.InvalidTimeRangeException({ message, $metadata });
  }
  return [...state.deployments.values()]
    .filter((one) => !group || one.group === group)
    .filter(({ info: { status } }) => statuses.length === 0 || (status && statuses.includes(status)))
    .filter(
      ({ info: { createTime } }) =>
        !createTime || ((!start || createTime >= start) && (!end || createTime <= end)),
    )
    .map(({ info }) => info.deploymentId)
    .reverse();
}
