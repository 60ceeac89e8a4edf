import type { DeploymentOverview, DeploymentStatus, LifecycleEventStatus } from "@aws-sdk/client-codedeploy";
import type { Aws } from "../../core/aws";
import type { Deployment } from "../model";
import { messageOf } from "./interruption";
import { tellState } from "./state-events";

const counted: Record<DeploymentStatus, keyof DeploymentOverview> = {
  Created: "Pending",
  Queued: "Pending",
  InProgress: "InProgress",
  Baking: "InProgress",
  Ready: "Ready",
  Succeeded: "Succeeded",
  Failed: "Failed",
  Stopped: "Failed",
};
const ended: readonly (DeploymentStatus | undefined)[] = ["Succeeded", "Failed", "Stopped"];

export const isOver = ({ info }: Deployment): boolean => ended.includes(info.status);

/** The only way in which a deployment's status changes, and all that goes with it. EventBridge is told. */
export function setStatus(aws: Aws, deployment: Deployment, status: DeploymentStatus): void {
  const { info, events } = deployment;
  const now = aws.clock.now();
  info.status = status;
  const none = { Pending: 0, InProgress: 0, Succeeded: 0, Failed: 0, Skipped: 0, Ready: 0 };
  info.deploymentOverview = { ...none, [counted[status]]: 1 };
  if (status === "InProgress") info.startTime ??= now;
  if (isOver(deployment)) {
    info.completeTime = now;
    for (const { lifecycleEventName: name, status: was } of events)
      if (was === "Pending") setEventStatus(aws, deployment, name, "Skipped");
  }
  deployment.updatedAt = now;
  tellState(aws, deployment, status);
}

/**
 * The only way in which a lifecycle event's status changes. Nobody is told: the events that EventBridge gets of
 * lifecycle events are those of instances.
 */
export function setEventStatus(
  aws: Aws,
  deployment: Deployment,
  name: string,
  status: LifecycleEventStatus,
  error?: unknown,
): void {
  const event = deployment.events.find(({ lifecycleEventName }) => lifecycleEventName === name);
  if (!event) throw new Error(`${name} is no lifecycle event of ${deployment.info.deploymentId}`);
  const now = aws.clock.now();
  event.status = status;
  if (status === "InProgress") event.startTime = now;
  else if (status !== "Skipped") event.endTime = now;
  if (error !== undefined) event.diagnostics = { errorCode: "UnknownError", message: messageOf(error) };
  deployment.updatedAt = now;
}
