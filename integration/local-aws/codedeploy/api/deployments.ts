import { randomInt } from "node:crypto";
import * as sdk from "@aws-sdk/client-codedeploy";
import type { Aws, Identity } from "../../core/aws";
import type { Handlers } from "../../core/service";
import { watchAlarms } from "../deployments/alarm-watch";
import { findApplication } from "./applications";
import { appSpecContent, parseAppSpec } from "../ecs/appspec";
import { BlueGreen, lifecycle } from "../ecs/blue-green";
import { findConfig } from "./deployment-configs";
import { findGroup } from "./deployment-groups";
import { DeploymentError, deploymentErrorOf, Interruption, messageOf } from "../deployments/interruption";
import type { CodeDeployState, Deployment, Group, StateOf } from "../model";
import { tellState } from "../deployments/state-events";
import { describeTarget, targetIdOf } from "../ecs/targets";

const $metadata = {};
const running = new Set<string | undefined>(["Created", "Queued", "InProgress", "Ready", "Baking"]);

function findDeployment(state: CodeDeployState, id: string | undefined): Deployment {
  if (!id) throw new sdk.DeploymentIdRequiredException({ message: "Deployment id is required.", $metadata });
  const deployment = state.deployments.get(id);
  if (deployment) return deployment;
  throw new sdk.DeploymentDoesNotExistException({
    message: `The deployment ${id} could not be found`,
    $metadata,
  });
}

function findTarget(state: CodeDeployState, deploymentId: string | undefined, targetId: string | undefined) {
  const deployment = findDeployment(state, deploymentId);
  if (targetId === targetIdOf(deployment)) return deployment;
  const message = `The deployment ${deploymentId} has no target "${targetId}"; it has ${targetIdOf(deployment)}.`;
  throw new sdk.DeploymentTargetDoesNotExistException({ message, $metadata });
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html and its neighbours */
export function deployments(aws: Aws, stateOf: StateOf) {
  const { clock } = aws;

  const open = (state: CodeDeployState, group: Group, info: Partial<sdk.DeploymentInfo>): Deployment => {
    const deploymentId = newDeploymentId();
    const { deploymentConfigName, deploymentStyle, loadBalancerInfo, blueGreenDeploymentConfiguration } =
      group.info;
    const deployment: Deployment = {
      info: {
        applicationName: group.info.applicationName,
        deploymentGroupName: group.info.deploymentGroupName,
        deploymentConfigName,
        deploymentStyle,
        loadBalancerInfo,
        blueGreenDeploymentConfiguration,
        autoRollbackConfiguration: group.info.autoRollbackConfiguration,
        computePlatform: "ECS",
        ignoreApplicationStopFailures: false,
        updateOutdatedInstancesOnly: false,
        instanceTerminationWaitTimeStarted: false,
        status: "Created",
        createTime: clock.now(),
        creator: "user",
        deploymentOverview: { Pending: 1, InProgress: 0, Succeeded: 0, Failed: 0, Skipped: 0, Ready: 0 },
        ...info,
        deploymentId,
      },
      owner: state.owner,
      group,
      appSpec: parseAppSpec(appSpecContent(info.revision)),
      events: lifecycle.map((lifecycleEventName) => ({ lifecycleEventName, status: "Pending" })),
      target: { updatedAt: clock.now() },
      interruption: new Interruption(),
      hooks: new Map(),
      continued: { ready: new AbortController(), termination: new AbortController() },
      finished: Promise.resolve(),
    };
    state.deployments.set(deploymentId, deployment);
    return deployment;
  };

  const finish = (deployment: Deployment, status: sdk.DeploymentStatus) => {
    const { info, events } = deployment;
    for (const event of events) if (event.status === "Pending") event.status = "Skipped";
    info.status = status;
    info.completeTime = clock.now();
    const succeeded = status === "Succeeded";
    info.deploymentOverview = {
      Pending: 0,
      InProgress: 0,
      Succeeded: succeeded ? 1 : 0,
      Failed: succeeded ? 0 : 1,
      Skipped: 0,
      Ready: 0,
    };
    deployment.target.updatedAt = info.completeTime;
    tellState(aws, deployment, succeeded ? "SUCCESS" : status === "Stopped" ? "STOP" : "FAILURE");
  };

  const run = async (state: CodeDeployState, deployment: Deployment): Promise<void> => {
    const { info, group, interruption } = deployment;
    const { region } = state.owner;
    info.startTime = clock.now();
    info.status = "InProgress";
    tellState(aws, deployment, "START");
    info.deploymentOverview = { Pending: 0, InProgress: 1, Succeeded: 0, Failed: 0, Skipped: 0, Ready: 0 };
    let as: Identity | undefined;
    let blueGreen: BlueGreen | undefined;
    let stopWatching: () => Promise<void> = async () => undefined;
    try {
      as = await aws
        .assumeRole(group.info.serviceRoleArn, region, info.deploymentId)
        .catch((error: unknown) => {
          throw new DeploymentError(
            "IAM_ROLE_MISSING",
            `The service role cannot be assumed: ${messageOf(error)}`,
          );
        });
      const alarms = info.overrideAlarmConfiguration ?? group.info.alarmConfiguration;
      stopWatching = await watchAlarms(aws, as, alarms, interruption);
      interruption.throwIfRaised();
      const config = findConfig(state, info.deploymentConfigName);
      blueGreen = new BlueGreen(aws, as, deployment, config.trafficRoutingConfig ?? { type: "AllAtOnce" });
      await blueGreen.run();
      finish(deployment, "Succeeded");
    } catch (error) {
      const why = deploymentErrorOf(error);
      if (why.code === "INTERNAL_ERROR") aws.warn(`CodeDeploy ${info.deploymentId}: ${why.stack}`);
      info.errorInformation = { code: why.code, message: why.message };
      await rollBack(state, deployment, why, blueGreen);
      finish(deployment, why.status);
    } finally {
      await stopWatching();
    }
  };

  /** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html#deployments-rollback-and-redeploy-automatic-rollbacks */
  const rollBack = async (
    state: CodeDeployState,
    failed: Deployment,
    why: DeploymentError,
    blueGreen?: BlueGreen,
  ) => {
    const { enabled, events } = failed.info.autoRollbackConfiguration ?? {};
    if (!enabled || !events?.includes(why.rollbackEvent) || !blueGreen) return;
    if (!failed.target.greenTaskSet) return; // Nothing has been changed yet.
    const previous = lastSucceeded(state, failed.group);
    const rollback = open(state, failed.group, {
      revision: previous?.info.revision ?? failed.info.revision,
      creator: "codeDeployRollback",
      description: `Automatic rollback of ${failed.info.deploymentId}`,
      rollbackInfo: {
        rollbackTriggeringDeploymentId: failed.info.deploymentId,
        rollbackMessage: why.message,
      },
      status: "InProgress",
      startTime: clock.now(),
    });
    tellState(aws, rollback, "START");
    failed.info.rollbackInfo = {
      rollbackDeploymentId: rollback.info.deploymentId,
      rollbackMessage: `Deployment ${failed.info.deploymentId} ${why.status.toLowerCase()}; traffic goes back to the original task set.`,
    };
    try {
      await blueGreen.rollBack();
      rollback.target = { ...failed.target, greenTaskSet: undefined, updatedAt: clock.now() };
      finish(rollback, "Succeeded");
    } catch (error) {
      const message = messageOf(error);
      aws.warn(`CodeDeploy could not roll ${failed.info.deploymentId} back: ${message}`);
      rollback.info.errorInformation = { code: "INTERNAL_ERROR", message };
      finish(rollback, "Failed");
    }
  };

  return {
    CreateDeployment: async (input, caller) => {
      const state = stateOf(caller);
      const application = findApplication(state, input.applicationName);
      const group = findGroup(application, input.deploymentGroupName);
      if (!input.revision)
        throw new sdk.RevisionRequiredException({ message: "Revision is required.", $metadata });
      if (input.deploymentConfigName) findConfig(state, input.deploymentConfigName);
      const active = [...state.deployments.values()].find(
        (one) => one.group === group && running.has(one.info.status),
      );
      if (active) {
        const message = `The Deployment Group '${group.info.deploymentGroupName}' already has an active Deployment '${active.info.deploymentId}'`;
        throw new sdk.DeploymentLimitExceededException({ message, $metadata });
      }
      const deployment = open(state, group, {
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
      const { deploymentId } = deployment.info;
      deployment.finished = clock
        .measure(() => run(state, deployment))
        .then(({ span }) => void aws.spans.set(deploymentId, span))
        .catch((error: unknown) => aws.warn(`CodeDeploy ${deploymentId}: ${String(error)}`));
      return { deploymentId };
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
      const deployment = findDeployment(stateOf(caller), input.deploymentId);
      if (!running.has(deployment.info.status)) {
        const message = `Deployment ${input.deploymentId} is already in ${deployment.info.status} state`;
        throw new sdk.DeploymentAlreadyCompletedException({ message, $metadata });
      }
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
      const deployment = findDeployment(stateOf(caller), input.deploymentId);
      if (!running.has(deployment.info.status)) {
        const message = `Deployment ${input.deploymentId} is already in ${deployment.info.status} state`;
        throw new sdk.DeploymentAlreadyCompletedException({ message, $metadata });
      }
      const { info, continued } = deployment;
      const termination = input.deploymentWaitType === "TERMINATION_WAIT";
      if (termination ? !info.instanceTerminationWaitTimeStarted : info.status !== "Ready") {
        const wait = termination ? "for the termination of the original task set" : "in the Ready state";
        const message = `The deployment ${info.deploymentId} is not waiting ${wait}.`;
        throw new sdk.DeploymentIsNotInReadyStateException({ message, $metadata });
      }
      continued[termination ? "termination" : "ready"].abort();
      return {};
    },
    GetDeploymentTarget: async (input, caller) => ({
      deploymentTarget: await describeTarget(
        aws,
        findTarget(stateOf(caller), input.deploymentId, input.targetId),
      ),
    }),
    BatchGetDeploymentTargets: async (input, caller) => ({
      deploymentTargets: await Promise.all(
        (input.targetIds ?? []).map((id) =>
          describeTarget(aws, findTarget(stateOf(caller), input.deploymentId, id)),
        ),
      ),
    }),
    ListDeploymentTargets: async (input, caller) => ({
      targetIds: [targetIdOf(findDeployment(stateOf(caller), input.deploymentId))],
    }),
  } satisfies Handlers<typeof sdk>;
}

function lastSucceeded(state: CodeDeployState, group: Group): Deployment | undefined {
  return [...state.deployments.values()]
    .filter((one) => one.group === group && one.info.status === "Succeeded")
    .at(-1);
}

const newDeploymentId = () =>
  `d-${Array.from({ length: 9 }, () => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".charAt(randomInt(36))).join("")}`;
