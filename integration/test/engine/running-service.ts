import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { serviceOf, type Environment } from "../../rehearsal/environments";
import type { LocalAws } from "../../local-aws/local-aws";

const service = "trivia-api";

/** How production's listener divides the traffic: weights by the name of the target group, without zeros. */
export async function weights({ aws }: LocalAws, environment: Environment): Promise<Record<string, number>> {
  const { productionListenerArn } = serviceOf(environment, service);
  const { Listeners = [] } = await aws
    .client(ElasticLoadBalancingV2Client, environment.identity)
    .send(new DescribeListenersCommand({ ListenerArns: [productionListenerArn] }));
  const groups = Listeners[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return Object.fromEntries(
    groups.flatMap(({ TargetGroupArn = "", Weight = 1 }) =>
      Weight > 0 ? [[TargetGroupArn.split("/")[1] ?? TargetGroupArn, Weight]] : [],
    ),
  );
}

/** The revision that holds the production traffic: its ARN, and the environment variables of its container. */
export async function serving({ aws }: LocalAws, environment: Environment) {
  const { clusterName, serviceName } = serviceOf(environment, service);
  const ecs = aws.client(ECSClient, environment.identity);
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({ cluster: clusterName, services: [serviceName] }),
  );
  const primary = services[0]?.taskSets?.find(({ status }) => status === "PRIMARY");
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: primary?.taskDefinition }),
  );
  const variables = taskDefinition?.containerDefinitions?.[0]?.environment ?? [];
  return {
    revision: primary?.taskDefinition ?? "",
    desiredCount: services[0]?.desiredCount,
    runningCount: primary?.runningCount,
    variables: Object.fromEntries(variables.map(({ name = "", value = "" }) => [name, value])),
  };
}

/** Waits for something that must come. In wall milliseconds. */
export async function eventually(
  what: string,
  limitMs: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
