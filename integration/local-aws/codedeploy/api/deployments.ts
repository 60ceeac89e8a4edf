import * as sdk from "@aws-sdk/client-codedeploy";
import type { Aws } from "../../core/aws";
import type { Handlers } from "../../core/service";
import { DeploymentError } from "../deployments/interruption";
import { lastSucceeded, open } from "../deployments/open";
import { start } from "../deployments/run";
import { isOver } from "../deployments/state";
import type { CodeDeployState, Deployment, StateOf } from "../model";
import { findApplication } from "./applications";
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
      const found = [...stateOf(caller).deployments.values()]
        .filter(({ info }) => !input.applicationName || info.applicationName === input.applicationName)
        .filter(
          ({ info }) => !input.deploymentGroupName || info.deploymentGroupName === input.deploymentGroupName,
        )
        .filter(
          ({ info }) =>
            !input.includeOnlyStatuses?.length ||
            input.includeOnlyStatuses.includes(info.status ?? "Created"),
        );
      return { deployments: found.map(({ info }) => info.deploymentId).reverse() };
    },
    StopDeployment: async (input, caller) => {
      const deployment = findOngoing(stateOf(caller), input.deploymentId);
      if (input.autoRollbackEnabled) {
        deployment.info.autoRollbackConfiguration = { enabled: true, events: ["DEPLOYMENT_STOP_ON_REQUEST"] };
      }
      const message = "The deployment was stopped by a request.";
      deployment.interruption.raise(
        new DeploymentError("MANUAL_STOP", message, "DEPLOYMENT_STOP_ON_REQUEST"),
      );
      return { status: "Pending", statusMessage: "Stopping deployment." };
    },
    ContinueDeployment: async (input, caller) => {
      const deployment = findOngoing(stateOf(caller), input.deploymentId);
      const { info, continued } = deployment;
      const termination = input.deploymentWaitType === "TERMINATION_WAIT";
      if (termination ? !info.instanceTerminationWaitTimeStarted : info.status !== "Ready") {
        const wait = termination ? "for the termination of the original version" : "in the Ready state";
        const message = `The deployment ${info.deploymentId} is not waiting ${wait}.`;
        throw new sdk.DeploymentIsNotInReadyStateException({ message, $metadata });
      }
      continued[termination ? "termination" : "ready"].abort();
      return {};
    },
  } satisfies Handlers<typeof sdk>;
}
