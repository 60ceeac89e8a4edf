import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ContainerRuntime } from "../core/container-runtime";
import { MetricStore } from "../core/metric-store";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { Gateway } from "../core/gateway";
import { loadBalancing } from "../load-balancing";
import { inThisProcess } from "../load-balancing/testing";
import { account, FakeBase, region } from "./fake-base";
import { FakeRuntime } from "./fake-runtime";
import { ecs } from "../ecs";

export const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;

/** Polls until `probe` gives a value; bounded by mocha's timeout. */
export async function until<T>(probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Something that waits until the test lets it go on. */
export function gate(): { wait: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => (open = resolve));
  return { wait, open };
}

export const refused = (name: string, message?: string | RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message);
  if (message instanceof RegExp) assert.match(error.message, message);
  else if (message !== undefined) assert.equal(error.message, message);
  return true;
};

/** A load balancer with two target groups, of which the listeners forward to the first; Amazon ECS beside it. */
export async function setting(speed = 2000, runtimeName: ContainerRuntime["name"] = "process") {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const base = new FakeBase();
  const gateway = new Gateway(warn);
  gateway.useBase(await base.listen());
  const aws = new Aws(await gateway.listen(0), new Clock(speed), warn);
  const runtime = new FakeRuntime(runtimeName);
  const balancing = loadBalancing(aws, new MetricStore(), inThisProcess);
  const acting = ecs(aws, runtime);
  for (const one of [balancing, acting]) gateway.use(one);
  const root = aws.root(account, region);
  const client = aws.client(sdk.ECSClient, root);
  const balancer = aws.client(elb.ElasticLoadBalancingV2Client, root);

  const { LoadBalancers } = await balancer.send(new elb.CreateLoadBalancerCommand({ Name: "web" }));
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
  const createGroup = async (Name: string) => {
    const { TargetGroups } = await balancer.send(
      new elb.CreateTargetGroupCommand({
        Name,
        Port: 8080,
        HealthCheckPath: "/health",
        HealthCheckIntervalSeconds: 10,
        UnhealthyThresholdCount: 2,
        Matcher: { HttpCode: "200" },
      }),
    );
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? "";
    const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "30" }];
    await balancer.send(new elb.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    return TargetGroupArn;
  };
  const blue = await createGroup("one");
  const green = await createGroup("two");
  const createListener = async (Port: number) => {
    const DefaultActions: elb.Action[] = [{ Type: "forward", TargetGroupArn: blue }];
    const { Listeners } = await balancer.send(
      new elb.CreateListenerCommand({ LoadBalancerArn, Port, Protocol: "HTTP", DefaultActions }),
    );
    return Listeners?.[0]?.ListenerArn ?? "";
  };
  const production = await createListener(80);
  const test = await createListener(8080);

  const register = async (image: string, changes: Partial<sdk.RegisterTaskDefinitionCommandInput> = {}) => {
    const { taskDefinition } = await client.send(
      new sdk.RegisterTaskDefinitionCommand(definition(image, changes)),
    );
    return taskDefinition?.taskDefinitionArn ?? "";
  };
  const describe = async (include?: sdk.ServiceField[]) => {
    const { services } = await client.send(
      new sdk.DescribeServicesCommand({ cluster: "main", services: ["api"], include }),
    );
    const service = services?.[0];
    assert.ok(service);
    return service;
  };
  const tasks = async (desiredStatus: sdk.DesiredStatus = "RUNNING") => {
    const { taskArns } = await client.send(new sdk.ListTasksCommand({ cluster: "main", desiredStatus }));
    const { tasks: found } = await client.send(
      new sdk.DescribeTasksCommand({ cluster: "main", tasks: taskArns }),
    );
    return found ?? [];
  };
  return {
    aws,
    gateway,
    base,
    runtime,
    balancing,
    warnings,
    client,
    balancer,
    blue,
    green,
    production,
    test,
    register,
    describe,
    tasks,
    /** A service with tasks of `image`, in the cluster `main`. */
    async createService(image = "v1", changes: Partial<sdk.CreateServiceCommandInput> = {}) {
      await client.send(new sdk.CreateClusterCommand({ clusterName: "main" }));
      const { service } = await client.send(
        new sdk.CreateServiceCommand({
          cluster: "main",
          serviceName: "api",
          taskDefinition: await register(image),
          desiredCount: 1,
          launchType: "FARGATE",
          deploymentController: { type: "CODE_DEPLOY" },
          loadBalancers: [{ targetGroupArn: blue, containerName: "web", containerPort: 8080 }],
          networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
          ...changes,
        }),
      );
      assert.ok(service);
      return service;
    },
    /** Waits until the task set with this image is steady. */
    steady: (taskDefinition: string) =>
      until(async () =>
        (await describe()).taskSets?.find(
          (set) => set.taskDefinition === taskDefinition && set.stabilityStatus === "STEADY_STATE",
        ),
      ),
    async targets(TargetGroupArn: string): Promise<(string | undefined)[]> {
      const { TargetHealthDescriptions } = await balancer.send(
        new elb.DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return (TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth?.State);
    },
    /** In reverse order of starting; nothing may be left, and nobody may have had to be warned. */
    async close(): Promise<void> {
      await acting.close();
      await runtime.close();
      await balancing.close();
      base.close();
      aws.close();
      await gateway.close();
      assert.deepEqual(warnings, []);
    },
  };
}

export type Setting = Awaited<ReturnType<typeof setting>>;

export const definition = (
  image: string,
  changes: Partial<sdk.RegisterTaskDefinitionCommandInput> = {},
): sdk.RegisterTaskDefinitionCommandInput => ({
  family: "api",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "web", image, portMappings: [{ containerPort: 8080 }] }],
  ...changes,
});
