import * as sdk from "@aws-sdk/client-codedeploy";
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import {
  type Creating,
  keyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.CodeDeployClient);

const application = resourceType<aws.codedeploy.ApplicationArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 100);
  const computePlatform = inputs.computePlatform ?? "Server";
  const answer = await client(resource).send(
    new sdk.CreateApplicationCommand({
      applicationName: name,
      computePlatform: computePlatform as sdk.ComputePlatform,
      tags: keyValues(resource.tags),
    }),
  );
  const applicationId = present(answer.applicationId, "the application's id");
  return {
    // The provider's id.
    id: `${applicationId}:${name}`,
    outputs: {
      name,
      applicationId,
      arn: resource.aws.arn("codedeploy", `application:${name}`),
      computePlatform,
      gitHubAccountName: "",
      linkedToGithub: false,
    },
  };
});

const deploymentConfig = resourceType<aws.codedeploy.DeploymentConfigArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.deploymentConfigName, resource, 100);
  const computePlatform = inputs.computePlatform ?? "Server";
  const { minimumHealthyHosts, trafficRoutingConfig: routing } = inputs;
  const { timeBasedCanary, timeBasedLinear } = routing ?? {};
  const answer = await client(resource).send(
    new sdk.CreateDeploymentConfigCommand({
      deploymentConfigName: name,
      computePlatform: computePlatform as sdk.ComputePlatform,
      minimumHealthyHosts: minimumHealthyHosts && {
        type: minimumHealthyHosts.type as sdk.MinimumHealthyHostsType,
        value: minimumHealthyHosts.value,
      },
      trafficRoutingConfig: routing && {
        type: (routing.type ?? "AllAtOnce") as sdk.TrafficRoutingType,
        timeBasedCanary: timeBasedCanary && {
          canaryInterval: timeBasedCanary.interval,
          canaryPercentage: timeBasedCanary.percentage,
        },
        timeBasedLinear: timeBasedLinear && {
          linearInterval: timeBasedLinear.interval,
          linearPercentage: timeBasedLinear.percentage,
        },
      },
    }),
  );
  return {
    id: name,
    outputs: {
      deploymentConfigName: name,
      deploymentConfigId: answer.deploymentConfigId,
      arn: resource.aws.arn("codedeploy", `deploymentconfig:${name}`),
      computePlatform,
    },
  };
});

type GroupInputs = Unwrap<aws.codedeploy.DeploymentGroupArgs>;

/** A deployment group as CreateDeploymentGroup takes it. The wait before blue ends is in minutes. */
function createDeploymentGroupInput(
  inputs: GroupInputs,
  tags: Record<string, string>,
): sdk.CreateDeploymentGroupInput {
  const { alarmConfiguration, autoRollbackConfiguration, blueGreenDeploymentConfig, deploymentStyle } =
    inputs;
  const pair = inputs.loadBalancerInfo?.targetGroupPairInfo;
  const { deploymentReadyOption: ready, terminateBlueInstancesOnDeploymentSuccess: terminate } =
    blueGreenDeploymentConfig ?? {};
  const fleet = blueGreenDeploymentConfig?.greenFleetProvisioningOption;
  return {
    applicationName: inputs.appName,
    deploymentGroupName: inputs.deploymentGroupName,
    serviceRoleArn: inputs.serviceRoleArn,
    deploymentConfigName: inputs.deploymentConfigName ?? "CodeDeployDefault.OneAtATime",
    outdatedInstancesStrategy: inputs.outdatedInstancesStrategy as sdk.OutdatedInstancesStrategy | undefined,
    deploymentStyle: deploymentStyle && {
      deploymentType: deploymentStyle.deploymentType as sdk.DeploymentType | undefined,
      deploymentOption: deploymentStyle.deploymentOption as sdk.DeploymentOption | undefined,
    },
    ecsServices: inputs.ecsService && [
      { clusterName: inputs.ecsService.clusterName, serviceName: inputs.ecsService.serviceName },
    ],
    loadBalancerInfo: inputs.loadBalancerInfo && {
      targetGroupInfoList: inputs.loadBalancerInfo.targetGroupInfos?.map(({ name }) => ({ name })),
      elbInfoList: inputs.loadBalancerInfo.elbInfos?.map(({ name }) => ({ name })),
      targetGroupPairInfoList: pair && [
        {
          prodTrafficRoute: { listenerArns: [...pair.prodTrafficRoute.listenerArns] },
          testTrafficRoute: pair.testTrafficRoute && {
            listenerArns: [...pair.testTrafficRoute.listenerArns],
          },
          targetGroups: pair.targetGroups.map(({ name }) => ({ name })),
        },
      ],
    },
    blueGreenDeploymentConfiguration: blueGreenDeploymentConfig && {
      deploymentReadyOption: ready && {
        actionOnTimeout: ready.actionOnTimeout as sdk.DeploymentReadyAction | undefined,
        waitTimeInMinutes: ready.waitTimeInMinutes,
      },
      terminateBlueInstancesOnDeploymentSuccess: terminate && {
        action: terminate.action as sdk.InstanceAction | undefined,
        terminationWaitTimeInMinutes: terminate.terminationWaitTimeInMinutes,
      },
      greenFleetProvisioningOption: fleet && {
        action: fleet.action as sdk.GreenFleetProvisioningAction | undefined,
      },
    },
    autoRollbackConfiguration: autoRollbackConfiguration && {
      enabled: autoRollbackConfiguration.enabled ?? false,
      events: (autoRollbackConfiguration.events ?? []) as sdk.AutoRollbackEvent[],
    },
    alarmConfiguration: alarmConfiguration && {
      enabled: alarmConfiguration.enabled ?? false,
      ignorePollAlarmFailure: alarmConfiguration.ignorePollAlarmFailure ?? false,
      alarms: (alarmConfiguration.alarms ?? []).map((name) => ({ name })),
    },
    triggerConfigurations: inputs.triggerConfigurations?.map((trigger) => ({
      triggerName: trigger.triggerName,
      triggerTargetArn: trigger.triggerTargetArn,
      triggerEvents: trigger.triggerEvents as sdk.TriggerEventType[],
    })),
    tags: keyValues(tags),
  };
}

const deploymentGroup = resourceType<aws.codedeploy.DeploymentGroupArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new sdk.CreateDeploymentGroupCommand(createDeploymentGroupInput(inputs, resource.tags)),
  );
  const id = present(answer.deploymentGroupId, "the deployment group's id");
  return {
    id,
    outputs: {
      deploymentGroupId: id,
      arn: resource.aws.arn("codedeploy", `deploymentgroup:${inputs.appName}/${inputs.deploymentGroupName}`),
      deploymentConfigName: inputs.deploymentConfigName ?? "CodeDeployDefault.OneAtATime",
      computePlatform: inputs.ecsService ? "ECS" : undefined,
    },
  };
});

/** CodeDeploy: https://docs.aws.amazon.com/codedeploy/latest/APIReference/Welcome.html */
export const codedeploy: ResourceTypes = {
  "aws:codedeploy/application:Application": application,
  "aws:codedeploy/deploymentConfig:DeploymentConfig": deploymentConfig,
  "aws:codedeploy/deploymentGroup:DeploymentGroup": deploymentGroup,
};
