import type { DeploymentStatus } from "@aws-sdk/client-codedeploy";
import type { Aws } from "../../core/aws";
import type { EmittedEvents } from "../../core/events";
import type { Deployment } from "../model";

export const emits = {
  source: "aws.codedeploy",
  detailTypes: ["CodeDeploy Deployment State-change Notification"],
} as const satisfies EmittedEvents;

/** Statuses that are no change that EventBridge is told of are not here. */
const states: Partial<Record<DeploymentStatus, string>> = {
  InProgress: "START",
  Ready: "READY",
  Succeeded: "SUCCESS",
  Failed: "FAILURE",
  Stopped: "STOP",
};

/**
 * Tells EventBridge of a deployment's state. Instances, of which CodeDeploy tells too, are those of EC2 and on-premises
 * servers.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
 */
export function tellState(
  aws: Aws,
  { info, group, owner: { account, region } }: Deployment,
  status: DeploymentStatus,
): void {
  const state = states[status];
  if (!state) return;
  const { applicationName, deploymentGroupName, deploymentId } = info;
  const prefix = `arn:aws:codedeploy:${region}:${account}`;
  aws.events.put({
    source: emits.source,
    detailType: emits.detailTypes[0],
    account,
    region,
    resources: [
      `${prefix}:application:${applicationName}`,
      `${prefix}:deploymentgroup:${applicationName}/${deploymentGroupName}`,
    ],
    detail: {
      region,
      deploymentId,
      instanceGroupId: group.info.deploymentGroupId,
      deploymentGroup: deploymentGroupName,
      state,
      application: applicationName,
    },
  });
}
