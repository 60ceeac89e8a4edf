import * as sdk from "@aws-sdk/client-codedeploy";
import type { GroupSettings } from "../deployments/deployer";

const $metadata = {};

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
  const pair = settings.loadBalancerInfo?.targetGroupPairInfoList?.[0];
  if (pair?.targetGroups?.length !== 2 || !pair.prodTrafficRoute?.listenerArns?.length) {
    const message = "A target group pair with two target groups and a production listener is required.";
    throw new sdk.InvalidLoadBalancerInfoException({ message, $metadata });
  }
  const { blueGreenDeploymentConfiguration: blueGreen } = settings;
  if (!blueGreen?.terminateBlueInstancesOnDeploymentSuccess || !blueGreen.deploymentReadyOption) {
    const message = "terminateBlueInstancesOnDeploymentSuccess and deploymentReadyOption are required.";
    throw new sdk.InvalidBlueGreenDeploymentConfigurationException({ message, $metadata });
  }
}
