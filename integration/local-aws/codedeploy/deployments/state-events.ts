import type { Aws } from "../../core/aws";
import type { Deployment } from "../model";

/**
 * Tells EventBridge of a deployment's state. Instances, of which CodeDeploy tells too, are those of EC2 and on-premises
 * servers; a deployment to ECS has none.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
 */
export function tellState(
  aws: Aws,
  { info, group, owner: { account, region } }: Deployment,
  state: "START" | "READY" | "SUCCESS" | "FAILURE" | "STOP",
): void {
  const { applicationName, deploymentGroupName, deploymentId } = info;
  const prefix = `arn:aws:codedeploy:${region}:${account}`;
  aws.events.put({
    source: "aws.codedeploy",
    detailType: "CodeDeploy Deployment State-change Notification",
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
