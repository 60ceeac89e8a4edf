import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codedeploy";
import { role, setting, until } from "../testing/ecs";
import { hookEvents, type HookEvent } from "./ecs/appspec";
import { codedeploy } from "./index";

const group = { applicationName: "api", deploymentGroupName: "api" };

/**
 * An Amazon ECS service of the fake world that runs v1 behind its first target group, and a deployment group for it
 * with a canary of 10 percent for a minute, and a minute until blue is terminated. The hours that CodeDeploy gives a
 * task set and a hook are 3.6 s here; a faster clock makes a busy machine fail deployments.
 */
export async function release(speed = 1000, changes: Partial<sdk.CreateDeploymentGroupCommandInput> = {}) {
  const local = await setting(speed);
  const { aws, base, runtime } = local;
  const acting = codedeploy(aws);
  local.gateway.use(acting);
  const client = aws.client(sdk.CodeDeployClient, aws.root("111111111111", "us-east-1"));

  /** What happened, in order; weights are of the first and the second target group. */
  const journal: { what: string; at: number }[] = [];
  const note = (what: string) => void journal.push({ what, at: aws.clock.now().getTime() });
  const listeners = new Map([
    [local.production, "production"],
    [local.test, "test"],
  ]);
  base.onModify = (arn, [action]) => {
    const groups = action?.ForwardConfig?.TargetGroups;
    const weight = (wanted: string) =>
      groups?.find(({ TargetGroupArn }) => TargetGroupArn === wanted)?.Weight;
    note(`${listeners.get(arn) ?? "rule"} ${weight(local.blue)}/${weight(local.green)}`);
  };
  runtime.onStart = ({ spec }) => note(`start ${spec.image}`);
  runtime.onStop = ({ spec }) => note(`stop ${spec.image}`);
  const report = (event: Record<string, string>, status: sdk.LifecycleEventStatus = "Succeeded") =>
    client.send(
      new sdk.PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status,
      }),
    );
  for (const name of hookEvents) {
    base.functions.set(`on-${name}`, (event) => {
      note(`hook ${name}`);
      return report(event);
    });
  }

  await local.createService("v1");
  await until(() => runtime.running.length === 1 || undefined);
  journal.length = 0;
  await client.send(new sdk.CreateApplicationCommand({ applicationName: "api", computePlatform: "ECS" }));
  await client.send(
    new sdk.CreateDeploymentConfigCommand({
      deploymentConfigName: "canary",
      computePlatform: "ECS",
      trafficRoutingConfig: {
        type: "TimeBasedCanary",
        timeBasedCanary: { canaryPercentage: 10, canaryInterval: 1 },
      },
    }),
  );
  const names = ["one", "two"].map((name) => ({ name }));
  const input: sdk.CreateDeploymentGroupCommandInput = {
    ...group,
    serviceRoleArn: role("codedeploy"),
    deploymentConfigName: "canary",
    deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    ecsServices: [{ clusterName: "main", serviceName: "api" }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          targetGroups: names,
          prodTrafficRoute: { listenerArns: [local.production] },
          testTrafficRoute: { listenerArns: [local.test] },
        },
      ],
    },
    blueGreenDeploymentConfiguration: blueGreen(1),
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] },
    ...changes,
  };
  await client.send(new sdk.CreateDeploymentGroupCommand(input));

  const get = async (deploymentId: string) => {
    const { deploymentInfo } = await client.send(new sdk.GetDeploymentCommand({ deploymentId }));
    assert.ok(deploymentInfo);
    return deploymentInfo;
  };
  const create = async (content: string, rest: Partial<sdk.CreateDeploymentCommandInput> = {}) => {
    const { deploymentId = "" } = await client.send(
      new sdk.CreateDeploymentCommand({
        ...group,
        revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
        ...rest,
      }),
    );
    return deploymentId;
  };
  const deploy = async (
    image: string,
    hooks: readonly HookEvent[] = [],
    rest: Partial<sdk.CreateDeploymentCommandInput> = {},
  ) => create(appSpec(await local.register(image), hooks), rest);
  const ended = (deploymentId: string) =>
    until(async () => {
      const info = await get(deploymentId);
      return ["Succeeded", "Failed", "Stopped"].includes(info.status ?? "") ? info : undefined;
    });
  const target = async (deploymentId: string) => {
    const { deploymentTarget } = await client.send(
      new sdk.GetDeploymentTargetCommand({ deploymentId, targetId: "main:api" }),
    );
    return deploymentTarget?.ecsTarget ?? {};
  };
  /** What clients of a listener get. */
  const serves = async (listenerArn: string) => {
    const { host, port } = local.balancing.listenerAddress(listenerArn) ?? {};
    const answers = new Set<string>();
    for (let i = 0; i < 6; i++) answers.add(await (await fetch(`http://${host}:${port}/`)).text());
    return [...answers];
  };
  /** The tasks that are left, once what is to be stopped has stopped. */
  const left = (...images: string[]) =>
    until(
      () =>
        runtime.running
          .map(({ spec }) => spec.image)
          .sort()
          .join() === images.join() || undefined,
    );
  return {
    ...local,
    client,
    journal,
    note,
    report,
    get,
    create,
    deploy,
    ended,
    target,
    serves,
    left,
    told: () => journal.map(({ what }) => what),
    happened: (what: string) => until(() => journal.find((entry) => entry.what === what)),
    events: async (deploymentId: string) =>
      (await target(deploymentId)).lifecycleEvents?.map((one) => `${one.lifecycleEventName} ${one.status}`),
    /** The old version serves, alone, and the next good release succeeds. */
    async contained(): Promise<void> {
      await left("v1");
      assert.deepEqual(await serves(local.production), ["v1"]);
      assert.deepEqual(await serves(local.test), ["v1"]);
      const service = await local.describe();
      assert.deepEqual(
        service.taskSets?.map(({ status }) => status),
        ["PRIMARY"],
      );
      assert.match(service.taskDefinition ?? "", /api:1$/);
      const next = await deploy("good", [], { deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce" });
      const info = await ended(next);
      assert.equal(info.status, "Succeeded", info.errorInformation?.message);
      assert.deepEqual(await serves(local.production), ["good"]);
    },
    async close(): Promise<void> {
      await acting.close();
      await local.close();
    },
  };
}

export type Release = Awaited<ReturnType<typeof release>>;

export const blueGreen = (
  terminationWaitTimeInMinutes: number,
  deploymentReadyOption: sdk.DeploymentReadyOption = { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
): sdk.BlueGreenDeploymentConfiguration => ({
  terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes },
  deploymentReadyOption,
});

export const appSpec = (taskDefinition: string, hooks: readonly HookEvent[] = []) =>
  JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: "AWS::ECS::Service",
          Properties: {
            TaskDefinition: taskDefinition,
            LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 },
          },
        },
      },
    ],
    Hooks: hooks.map((event) => ({ [event]: `on-${event}` })),
  });
