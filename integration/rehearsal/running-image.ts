import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { Aws } from "../local-aws/core/aws";
import { serviceOf, type Environment } from "./environments";

/** The image of the revision that holds a service's production traffic: `REPOSITORY@DIGEST` once it is a release's. */
export async function runningImage(aws: Aws, environment: Environment, service: string): Promise<string> {
  const { clusterName, serviceName } = serviceOf(environment, service);
  const ecs = aws.client(ECSClient, environment.identity);
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({ cluster: clusterName, services: [serviceName] }),
  );
  const primary = services[0]?.taskSets?.find(({ status }) => status === "PRIMARY");
  if (!primary?.taskDefinition)
    throw new Error(`nothing holds the traffic of ${service} in ${environment.name}`);
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: primary.taskDefinition }),
  );
  // The first is the service's own; whoever stands beside it comes after it.
  return taskDefinition?.containerDefinitions?.[0]?.image ?? "";
}
