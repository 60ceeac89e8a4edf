import * as sdk from "@aws-sdk/client-ecs";
import type * as aws from "@pulumi/aws";
import {
  type Creating,
  lowerKeyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.ECSClient);

const cluster = resourceType<aws.ecs.ClusterArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 255);
  const answer = await client(resource).send(
    new sdk.CreateClusterCommand({
      clusterName: name,
      settings: inputs.settings?.map((setting) => ({
        name: setting.name as sdk.ClusterSettingName,
        value: setting.value,
      })),
      serviceConnectDefaults: inputs.serviceConnectDefaults && {
        namespace: inputs.serviceConnectDefaults.namespace,
      },
      tags: lowerKeyValues(resource.tags),
    }),
  );
  const arn = present(answer.cluster?.clusterArn, "the cluster's ARN");
  return { id: arn, outputs: { name, arn } };
});

type ContainerDefinitions = sdk.ContainerDefinition[];

const taskDefinition = resourceType<aws.ecs.TaskDefinitionArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new sdk.RegisterTaskDefinitionCommand({
      family: inputs.family,
      // The provider takes the API's own JSON.
      containerDefinitions: JSON.parse(inputs.containerDefinitions) as ContainerDefinitions,
      cpu: inputs.cpu,
      memory: inputs.memory,
      networkMode: inputs.networkMode as sdk.NetworkMode | undefined,
      requiresCompatibilities: inputs.requiresCompatibilities as sdk.Compatibility[] | undefined,
      executionRoleArn: inputs.executionRoleArn,
      taskRoleArn: inputs.taskRoleArn,
      pidMode: inputs.pidMode as sdk.PidMode | undefined,
      ipcMode: inputs.ipcMode as sdk.IpcMode | undefined,
      runtimePlatform: inputs.runtimePlatform && {
        cpuArchitecture: inputs.runtimePlatform.cpuArchitecture as sdk.CPUArchitecture | undefined,
        operatingSystemFamily: inputs.runtimePlatform.operatingSystemFamily as sdk.OSFamily | undefined,
      },
      ephemeralStorage: inputs.ephemeralStorage && { sizeInGiB: inputs.ephemeralStorage.sizeInGib },
      tags: tagsOrNone(resource),
    }),
  );
  // Only say what happens on deletion, and what a refresh looks at.
  void [inputs.skipDestroy, inputs.trackLatest];
  const created = present(answer.taskDefinition, "the task definition");
  const arn = present(created.taskDefinitionArn, "the task definition's ARN");
  return {
    id: inputs.family,
    outputs: {
      arn,
      arnWithoutRevision: arn.replace(/:\d+$/, ""),
      revision: created.revision,
      networkMode: created.networkMode ?? inputs.networkMode,
      skipDestroy: inputs.skipDestroy ?? false,
      trackLatest: inputs.trackLatest ?? false,
    },
  };
});

/** ECS refuses an empty list of tags. */
const tagsOrNone = ({ tags }: Creating) => (Object.keys(tags).length > 0 ? lowerKeyValues(tags) : undefined);

const service = resourceType<aws.ecs.ServiceArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 255);
  const controller = inputs.deploymentController?.type as sdk.DeploymentControllerType | undefined;
  const network = inputs.networkConfiguration;
  const strategy = inputs.schedulingStrategy ?? "REPLICA";
  const answer = await client(resource).send(
    new sdk.CreateServiceCommand({
      serviceName: name,
      cluster: inputs.cluster,
      taskDefinition: inputs.taskDefinition,
      desiredCount: inputs.desiredCount ?? (strategy === "DAEMON" ? undefined : 0),
      launchType: inputs.launchType as sdk.LaunchType | undefined,
      platformVersion: inputs.platformVersion,
      schedulingStrategy: strategy as sdk.SchedulingStrategy,
      deploymentController: controller && { type: controller },
      deploymentConfiguration: deploymentConfiguration(inputs, controller),
      networkConfiguration: network && {
        awsvpcConfiguration: {
          subnets: [...network.subnets],
          securityGroups: network.securityGroups && [...network.securityGroups],
          assignPublicIp: network.assignPublicIp ? "ENABLED" : "DISABLED",
        },
      },
      loadBalancers: (inputs.loadBalancers ?? []).map((target) => ({
        targetGroupArn: target.targetGroupArn,
        containerName: target.containerName,
        containerPort: target.containerPort,
      })),
      capacityProviderStrategy: inputs.capacityProviderStrategies?.map((item) => ({
        capacityProvider: item.capacityProvider,
        base: item.base,
        weight: item.weight,
      })),
      healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriodSeconds,
      enableECSManagedTags: inputs.enableEcsManagedTags ?? false,
      enableExecuteCommand: inputs.enableExecuteCommand ?? false,
      propagateTags: inputs.propagateTags as sdk.PropagateTags | undefined,
      tags: tagsOrNone(resource),
    }),
  );
  if (inputs.waitForSteadyState) {
    throw new Error("waitForSteadyState is not known to direct provisioning: the rehearsal waits itself");
  }
  // Only say what happens on later updates and on deletion.
  void [inputs.forceDelete, inputs.forceNewDeployment];
  const created = present(answer.service, "the service");
  const arn = present(created.serviceArn, "the service's ARN");
  return {
    id: arn,
    outputs: {
      arn,
      name,
      cluster: created.clusterArn ?? inputs.cluster,
      iamRole: created.roleArn ?? "/aws-service-role",
      platformVersion: created.platformVersion ?? "LATEST",
      launchType: created.launchType ?? inputs.launchType,
      schedulingStrategy: strategy,
      waitForSteadyState: false,
    },
  };
});

/** The provider gives minimum and maximum only where ECS itself deploys. */
function deploymentConfiguration(
  inputs: { deploymentMinimumHealthyPercent?: number; deploymentMaximumPercent?: number } & {
    deploymentCircuitBreaker?: { enable: boolean; rollback: boolean };
  },
  controller: sdk.DeploymentControllerType | undefined,
): sdk.DeploymentConfiguration | undefined {
  const breaker = inputs.deploymentCircuitBreaker;
  const [least, most] = [inputs.deploymentMinimumHealthyPercent, inputs.deploymentMaximumPercent];
  if (controller && controller !== "ECS" && least === undefined && most === undefined && !breaker)
    return undefined;
  return {
    minimumHealthyPercent: least ?? 100,
    maximumPercent: most ?? 200,
    deploymentCircuitBreaker: breaker && { enable: breaker.enable, rollback: breaker.rollback },
  };
}

/** ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html */
export const ecs: ResourceTypes = {
  "aws:ecs/cluster:Cluster": cluster,
  "aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
  "aws:ecs/service:Service": service,
};
