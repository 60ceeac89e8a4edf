import { arch } from "node:os";
import { only, unobeyed, type Obeyed } from "../core/members";
import { invalid } from "./errors";

const network: Obeyed = {
  // There is one network here, this machine's; the plain text of a network is provisioned, but nothing is routed by it.
  awsvpcConfiguration: { subnets: true, securityGroups: true, assignPublicIp: true },
};
const loadBalancer: Obeyed = { targetGroupArn: true, containerName: true, containerPort: true };
const tags: Obeyed = { key: true, value: true };

const containerDefinition: Obeyed = {
  name: true,
  image: true,
  // Two containers share their task's processors by it, and only where they want more than there are.
  cpu: true,
  memory: true,
  // What a container keeps when the memory of its host is short: on Fargate it never is.
  memoryReservation: true,
  portMappings: { containerPort: true, hostPort: true, protocol: only("tcp") },
  essential: true,
  entryPoint: true,
  command: true,
  environment: { name: true, value: true },
  secrets: { name: true, valueFrom: true },
  dependsOn: { containerName: true, condition: true },
  startTimeout: true,
  stopTimeout: true,
  workingDirectory: true,
  versionConsistency: only("enabled"),
  logConfiguration: {
    logDriver: true,
    options: {
      "awslogs-group": true,
      "awslogs-region": true,
      "awslogs-stream-prefix": true,
      "awslogs-create-group": true,
      // A container here never waits for its log.
      mode: only("non-blocking"),
      "max-buffer-size": true,
    },
  },
  healthCheck: { command: true, interval: true, timeout: true, retries: true, startPeriod: true },
};

/** What ECS obeys here of each operation that makes something run. */
export const obeyed = {
  RegisterTaskDefinition: {
    family: true,
    taskRoleArn: true,
    executionRoleArn: true,
    networkMode: true,
    requiresCompatibilities: true,
    cpu: true,
    memory: true,
    tags,
    runtimePlatform: {
      operatingSystemFamily: only("LINUX"),
      cpuArchitecture: arch() === "arm64" ? only("ARM64", "X86_64") : only("X86_64"),
    },
    containerDefinitions: containerDefinition,
  },
  CreateService: {
    cluster: true,
    serviceName: true,
    taskDefinition: true,
    loadBalancers: loadBalancer,
    desiredCount: true,
    clientToken: true,
    launchType: true,
    platformVersion: true,
    // With CODE_DEPLOY and Fargate "the values aren't used, although they're returned when describing your service":
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    deploymentConfiguration: { maximumPercent: true, minimumHealthyPercent: true },
    networkConfiguration: network,
    healthCheckGracePeriodSeconds: true,
    schedulingStrategy: only("REPLICA"),
    deploymentController: { type: true },
    tags,
    enableECSManagedTags: true,
    propagateTags: true,
    // There are no Availability Zones here, so there is nothing to rebalance.
    availabilityZoneRebalancing: true,
  },
  CreateTaskSet: {
    service: true,
    cluster: true,
    externalId: true,
    taskDefinition: true,
    networkConfiguration: network,
    loadBalancers: loadBalancer,
    launchType: only("FARGATE"),
    platformVersion: true,
    scale: { value: true, unit: true },
    clientToken: true,
    tags,
  },
  UpdateTaskSet: { cluster: true, service: true, taskSet: true, scale: { value: true, unit: true } },
  UpdateService: {
    cluster: true,
    service: true,
    desiredCount: true,
    deploymentConfiguration: { maximumPercent: true, minimumHealthyPercent: true },
    healthCheckGracePeriodSeconds: true,
    enableECSManagedTags: true,
    propagateTags: true,
    availabilityZoneRebalancing: true,
    // AWS's own refusals: see UpdateService.
    taskDefinition: true,
    networkConfiguration: true,
    loadBalancers: true,
    platformVersion: true,
    forceNewDeployment: true,
  },
} satisfies Record<string, Obeyed>;

/** Refuses every member of a request that would be stored and not obeyed. @throws InvalidParameterException */
export function refuseOthers(operation: keyof typeof obeyed, input: object): void {
  const why = unobeyed(`ECS.${operation}`, input, obeyed[operation]);
  if (why) throw invalid(why);
}
