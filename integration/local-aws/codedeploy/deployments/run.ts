import type { Aws, Identity } from "../../core/aws";
import { deployerOf } from "../deployers";
import type { CodeDeployState, Deployment } from "../model";
import { watchAlarms } from "./alarm-watch";
import { DeploymentError, deploymentErrorOf, messageOf } from "./interruption";
import { lastSucceeded, open } from "./open";
import { setStatus } from "./state";
import { DeploymentSteps } from "./steps";

/** Begins a deployment that has been opened; `finished` resolves when it and its rollback are over. */
export function start(aws: Aws, state: CodeDeployState, deployment: Deployment): void {
  const { deploymentId } = deployment.info;
  deployment.finished = aws.clock
    .measure(() => run(aws, state, deployment))
    .then(({ span }) => void aws.spans.set(deploymentId, span))
    .catch((error: unknown) => aws.warn(`CodeDeploy ${deploymentId}: ${String(error)}`));
}

async function run(aws: Aws, state: CodeDeployState, deployment: Deployment): Promise<void> {
  const { info, group, interruption, rollout } = deployment;
  setStatus(aws, deployment, "InProgress");
  let as: Identity | undefined;
  let stopWatching: () => Promise<void> = async () => undefined;
  try {
    as = await aws
      .assumeRole(group.info.serviceRoleArn, state.owner.region, info.deploymentId)
      .catch((error: unknown) => {
        const message = `The service role cannot be assumed: ${messageOf(error)}`;
        throw new DeploymentError("IAM_ROLE_MISSING", message);
      });
    const alarms = info.overrideAlarmConfiguration ?? group.info.alarmConfiguration;
    stopWatching = await watchAlarms(aws, as, alarms, interruption);
    interruption.throwIfRaised();
    await rollout.run(new DeploymentSteps(aws, as, deployment));
    setStatus(aws, deployment, "Succeeded");
  } catch (error) {
    const why = deploymentErrorOf(error, deployerOf(info.computePlatform));
    if (why.code === "INTERNAL_ERROR") aws.warn(`CodeDeploy ${info.deploymentId}: ${why.stack}`);
    info.errorInformation = { code: why.code, message: why.message };
    if (as) await rollBack(aws, state, deployment, why, as);
    setStatus(aws, deployment, why.status);
  } finally {
    await stopWatching();
  }
}

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html#deployments-rollback-and-redeploy-automatic-rollbacks */
async function rollBack(
  aws: Aws,
  state: CodeDeployState,
  failed: Deployment,
  why: DeploymentError,
  as: Identity,
): Promise<void> {
  const { deploymentId, autoRollbackConfiguration, revision } = failed.info;
  const { enabled, events } = autoRollbackConfiguration ?? {};
  const undo = failed.rollout.undo();
  const wanted = why.rollBack ?? (enabled && events?.includes(why.rollbackEvent));
  if (!wanted || !undo) return;
  const given = {
    revision: lastSucceeded(state, failed.group)?.info.revision ?? revision,
    creator: "codeDeployRollback" as const,
    description: `Automatic rollback of ${deploymentId}`,
    rollbackInfo: { rollbackTriggeringDeploymentId: deploymentId, rollbackMessage: why.message },
  };
  const rollback = open(aws, state, failed.group, given, undo);
  setStatus(aws, rollback, "InProgress");
  failed.info.rollbackInfo = {
    rollbackDeploymentId: rollback.info.deploymentId,
    rollbackMessage: `Deployment ${deploymentId} ${why.status.toLowerCase()}; traffic goes back to the original version.`,
  };
  try {
    await undo.run(new DeploymentSteps(aws, as, rollback));
    setStatus(aws, rollback, "Succeeded");
  } catch (error) {
    const message = messageOf(error);
    aws.warn(`CodeDeploy could not roll ${deploymentId} back: ${message}`);
    rollback.info.errorInformation = { code: "INTERNAL_ERROR", message };
    setStatus(aws, rollback, "Failed");
  }
}
