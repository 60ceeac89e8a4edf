import * as sdk from "@aws-sdk/client-codedeploy";
import type { Obeyed } from "../../core/members";
import type { GroupSettings } from "../deployments/deployer";

const $metadata = {};

export const groupMembers: Obeyed = {
  ecsServices: { clusterName: true, serviceName: true },
  loadBalancerInfo: {
    targetGroupPairInfoList: {
      targetGroups: { name: true },
      prodTrafficRoute: { listenerArns: true },
      testTrafficRoute: { listenerArns: true },
    },
  },
  blueGreenDeploymentConfiguration: {
    terminateBlueInstancesOnDeploymentSuccess: { action: true, terminationWaitTimeInMinutes: true },
    deploymentReadyOption: { actionOnTimeout: true, waitTimeInMinutes: true },
  },
};

// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-groups-create-ecs.html
export function checkGroup(settings: GroupSettings): void {
  const service = settings.ecsServices?.[0];
  if (!service?.serviceName || !service.clusterName || settings.ecsServices?.length !== 1) {
    const message = "Deployment group's ECS service must be configured for a blue/green deployment.";
    throw new sdk.InvalidECSServiceException({ message, $metadata });
  }
  const style = settings.deploymentStyle;
  if (style?.deploymentType !== "BLUE_GREEN" || style.deploymentOption !== "WITH_TRAFFIC_CONTROL") {
    const message = "Deployment style must be BLUE_GREEN, WITH_TRAFFIC_CONTROL for the ECS compute platform.";
    throw new sdk.InvalidDeploymentStyleException({ message, $metadata });
  }
  checkTraffic(settings.loadBalancerInfo?.targetGroupPairInfoList ?? []);
  const { blueGreenDeploymentConfiguration: blueGreen } = settings;
  if (!blueGreen?.terminateBlueInstancesOnDeploymentSuccess || !blueGreen.deploymentReadyOption) {
    const message = "terminateBlueInstancesOnDeploymentSuccess and deploymentReadyOption are required.";
    throw new sdk.InvalidBlueGreenDeploymentConfigurationException({ message, $metadata });
  }
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TargetGroupPairInfo.html: one listener a route. */
function checkTraffic([pair, ...others]: readonly sdk.TargetGroupPairInfo[]): void {
  const refuse = (message: string) => new sdk.InvalidLoadBalancerInfoException({ message, $metadata });
  const { targetGroups = [], prodTrafficRoute, testTrafficRoute } = pair ?? {};
  if (targetGroups.length !== 2 || !prodTrafficRoute?.listenerArns?.length)
    throw refuse("A target group pair with two target groups and a production listener is required.");
  if (others.length > 0) throw refuse("Only one target group pair is allowed.");
  for (const [route, { listenerArns = [] } = {}] of [
    ["production", prodTrafficRoute],
    ["test", testTrafficRoute],
  ] as const)
    if (listenerArns.length > 1) throw refuse(`Only one listener is allowed for ${route} traffic.`);
}
