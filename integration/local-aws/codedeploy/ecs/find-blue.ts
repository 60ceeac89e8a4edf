import type { ErrorCode, TargetGroupPairInfo } from "@aws-sdk/client-codedeploy";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type Service,
} from "@aws-sdk/client-ecs";
import type { Aws, Identity } from "../../core/aws";
import { DeploymentError, messageOf } from "../deployments/interruption";
import type { AppSpec } from "./appspec";
import type { ServiceKey } from "./task-sets";
import { TrafficRoute } from "./traffic-route";

/** What runs now, and whether this deployment can be held at all; nothing has been changed when this fails. */
export async function findBlue(
  aws: Aws,
  as: Identity,
  { cluster, service: name }: ServiceKey,
  { taskDefinition, containerName, containerPort }: AppSpec,
  pair: TargetGroupPairInfo,
): Promise<{ service: Service; blue: string; route: TrafficRoute }> {
  const ecs = aws.client(ECSClient, as);
  const wrong = (message: string) => new DeploymentError("INVALID_ECS_SERVICE", message);
  const answer = await ecs
    .send(new DescribeServicesCommand({ cluster, services: [name] }))
    .catch(refusedAs("INVALID_ECS_SERVICE", `The service ${name} of the cluster ${cluster} cannot be read`));
  const service = answer.services?.[0];
  if (service?.status !== "ACTIVE")
    throw wrong(`The service ${name} of the cluster ${cluster} is not active.`);
  if (service.deploymentController?.type !== "CODE_DEPLOY") {
    throw wrong(`The deployment controller of the service ${name} must be CODE_DEPLOY.`);
  }
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  if (!primary?.taskSetArn) throw wrong(`The service ${name} has no primary task set.`);
  const others = service.taskSets?.filter(({ status }) => status === "ACTIVE") ?? [];
  if (others.length > 0) {
    throw wrong(
      `The service ${name} has another active task set, ${others[0]?.id}: a deployment ended without a rollback. ` +
        "Give all traffic to one target group and delete the task set of the other.",
    );
  }

  const described = await ecs
    .send(new DescribeTaskDefinitionCommand({ taskDefinition }))
    .catch(refusedAs("INVALID_REVISION", "The AppSpec's task definition cannot be read"));
  const containers = described.taskDefinition?.containerDefinitions ?? [];
  const container = containers.find((one) => one.name === containerName);
  if (!container) {
    const names = containers.map((one) => one.name).join(", ");
    throw wrong(
      `The AppSpec names the container "${containerName}", which ${taskDefinition} lacks; it has ${names}.`,
    );
  }
  if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
    throw wrong(
      `The AppSpec names port ${containerPort}, which the container "${containerName}" of ${taskDefinition} lacks.`,
    );
  }
  const route = await TrafficRoute.find(aws, as, pair);
  if (!primary.loadBalancers?.some(({ targetGroupArn }) => targetGroupArn === route.blue.arn)) {
    throw wrong(`The primary task set's target group must be behind the listener; ${route.blue.name} is.`);
  }
  return { service, blue: primary.taskSetArn, route };
}

const refusedAs = (code: ErrorCode, what: string) => (error: unknown) => {
  throw new DeploymentError(code, `${what}: ${messageOf(error)}`);
};
