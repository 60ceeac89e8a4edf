import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codedeploy";
import { CreateRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { minutes } from "../../core/clock";
import { gate, refused, until } from "../../testing/ecs";
import { hookEvents } from "./appspec";
import { appSpec, blueGreen, release, type Release } from "../testing";

const succeeded = [
  "BeforeInstall Succeeded",
  "Install Succeeded",
  "AfterInstall Succeeded",
  "AllowTestTraffic Succeeded",
  "AfterAllowTestTraffic Succeeded",
  "BeforeAllowTraffic Succeeded",
  "AllowTraffic Succeeded",
  "AfterAllowTraffic Succeeded",
];

describe("a blue/green deployment", () => {
  let it_: Release;
  const open = async (...options: Parameters<typeof release>) => (it_ = await release(...options));
  afterEach(() => it_.close());

  it("goes through its lifecycle in order, and the next one has blue and green swapped", async () => {
    const {
      deploy,
      ended,
      told,
      journal,
      events,
      serves,
      left,
      describe: service,
      base,
      production,
      test,
    } = await open();
    const atHooks: unknown[] = [];
    const onAfterAllowTestTraffic = base.functions.get("on-AfterAllowTestTraffic");
    base.functions.set("on-AfterAllowTestTraffic", async (event) => {
      atHooks.push([await serves(production), await serves(test), (await service()).taskDefinition]);
      await onAfterAllowTestTraffic?.(event);
    });
    const onAfterAllowTraffic = base.functions.get("on-AfterAllowTraffic");
    base.functions.set("on-AfterAllowTraffic", async (event) => {
      atHooks.push([await serves(production), await serves(test), (await service()).taskDefinition]);
      await onAfterAllowTraffic?.(event);
    });
    const first = await deploy("v2", hookEvents);
    const info = await ended(first);
    await left("v2");
    assert.deepEqual(
      [info.status, info.errorInformation, info.rollbackInfo],
      ["Succeeded", undefined, undefined],
    );
    assert.deepEqual(told(), [
      "hook BeforeInstall",
      "production 100/0",
      "start v2",
      "hook AfterInstall",
      "test 0/100",
      "hook AfterAllowTestTraffic",
      "hook BeforeAllowTraffic",
      "production 90/10",
      "production 0/100",
      "hook AfterAllowTraffic",
      "stop v1",
    ]);
    assert.deepEqual(await events(first), succeeded);
    const arn = (revision: number) => `arn:aws:ecs:us-east-1:111111111111:task-definition/api:${revision}`;
    assert.deepEqual(atHooks.splice(0), [
      [["v1"], ["v2"], arn(1)],
      [["v2"], ["v2"], arn(2)],
    ]);
    const at = (what: string) => journal.find((entry) => entry.what === what)?.at ?? Number.NaN;
    const almost = 0.95;
    assert.ok(at("production 0/100") - at("production 90/10") >= minutes(1) * almost);
    assert.ok(at("stop v1") - at("production 0/100") >= minutes(1) * almost);
    assert.deepEqual(base.assumed, [`codedeploy for ${first}`]);

    journal.length = 0;
    const second = await deploy("v3", hookEvents);
    assert.equal((await ended(second)).status, "Succeeded");
    await left("v3");
    assert.deepEqual(
      told().filter((what) => !what.startsWith("hook")),
      ["production 0/100", "start v3", "test 100/0", "production 10/90", "production 100/0", "stop v2"],
    );
    assert.deepEqual(atHooks, [
      [["v2"], ["v3"], arn(2)],
      [["v3"], ["v3"], arn(3)],
    ]);
    assert.deepEqual(await serves(production), ["v3"]);
  });

  for (const speed of [1000, 2500]) {
    it(`is predicted to take its waits, at ${speed} times the speed of AWS`, async () => {
      const { aws, deploy, ended } = await open(speed, { blueGreenDeploymentConfiguration: blueGreen(5) });
      const id = await deploy("v2", ["AfterAllowTestTraffic"], {
        deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
      });
      await ended(id);
      const span = await until(() => aws.spans.get(id));
      assert.ok(span.awsMs >= minutes(10) && span.awsMs < minutes(10) + 30_000, `${span.awsMs} ms`);
    });
  }

  it("is predicted to have waited as long as it did when it is stopped", async () => {
    const { aws, client, create, register, ended, happened, journal } = await open();
    await client.send(
      new sdk.CreateDeploymentConfigCommand({
        deploymentConfigName: "slow",
        computePlatform: "ECS",
        trafficRoutingConfig: {
          type: "TimeBasedCanary",
          timeBasedCanary: { canaryPercentage: 25, canaryInterval: 600 },
        },
      }),
    );
    const id = await create(appSpec(await register("v2")), { deploymentConfigName: "slow" });
    const { at } = await happened("production 75/25");
    await client.send(new sdk.StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }));
    const info = await ended(id);
    const { awsMs } = await until(() => aws.spans.get(id));
    const waited = (journal.findLast(({ what }) => what === "production 100/0")?.at ?? 0) - at;
    assert.ok(awsMs > 0 && awsMs <= waited + 30_000, `${awsMs} ms of ${waited} ms`);
    assert.equal(info.status, "Stopped");
  });

  it("shifts in equal steps with a linear configuration", async () => {
    const { client, deploy, ended, told, aws } = await open(1000, {
      blueGreenDeploymentConfiguration: blueGreen(0),
    });
    await client.send(
      new sdk.CreateDeploymentConfigCommand({
        deploymentConfigName: "quarters",
        computePlatform: "ECS",
        trafficRoutingConfig: {
          type: "TimeBasedLinear",
          timeBasedLinear: { linearPercentage: 25, linearInterval: 1 },
        },
      }),
    );
    const id = await deploy("v2", [], { deploymentConfigName: "quarters" });
    assert.equal((await ended(id)).status, "Succeeded");
    assert.deepEqual(
      told().filter((what) => what.startsWith("production")),
      ["production 100/0", "production 75/25", "production 50/50", "production 25/75", "production 0/100"],
    );
    const { awsMs } = await until(() => aws.spans.get(id));
    assert.ok(awsMs >= minutes(3) && awsMs < minutes(3) + 30_000, `${awsMs} ms`);
  });

  it("shifts everything at once, without a test listener, and keeps blue when asked to", async () => {
    const { client, deploy, ended, told, describe: service, production, green, balancing } = await open();
    await client.send(
      new sdk.UpdateDeploymentGroupCommand({
        applicationName: "api",
        currentDeploymentGroupName: "api",
        deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
        loadBalancerInfo: {
          targetGroupPairInfoList: [
            {
              targetGroups: [{ name: "one" }, { name: "two" }],
              prodTrafficRoute: { listenerArns: [production] },
            },
          ],
        },
        blueGreenDeploymentConfiguration: {
          ...blueGreen(5),
          terminateBlueInstancesOnDeploymentSuccess: { action: "KEEP_ALIVE" },
        },
      }),
    );
    const info = await ended(await deploy("v2"));
    assert.deepEqual([info.status, info.instanceTerminationWaitTimeStarted], ["Succeeded", false]);
    assert.deepEqual(told(), ["production 100/0", "start v2", "production 0/100"]);
    assert.deepEqual(
      (await service()).taskSets?.map(({ status }) => status),
      ["ACTIVE", "PRIMARY"],
    );
    assert.equal(
      balancing.shares(production).find(({ targetGroupArn }) => targetGroupArn === green)?.weightPercent,
      100,
    );
  });

  it("shifts rules that forward to the pair, and leaves others alone", async () => {
    const { balancer, production, blue, deploy, ended, told } = await open(1000, {
      blueGreenDeploymentConfiguration: blueGreen(0),
    });
    const rule = (Priority: number, action: object) =>
      balancer.send(
        new CreateRuleCommand({
          ListenerArn: production,
          Priority,
          Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: [`/${Priority}/*`] } }],
          Actions: [action as { Type: "forward" }],
        }),
      );
    await rule(1, { Type: "forward", TargetGroupArn: blue });
    await rule(2, { Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } });
    const id = await deploy("v2", [], { deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce" });
    assert.equal((await ended(id)).status, "Succeeded");
    assert.deepEqual(
      told().filter((what) => what.startsWith("rule")),
      ["rule 100/0", "rule 0/100"],
    );
  });

  it("is one at a time in its group, with the settings that the group had", async () => {
    const { client, deploy, ended, told, base, report } = await open(1000, {
      blueGreenDeploymentConfiguration: blueGreen(1),
    });
    const hook = gate();
    base.functions.set("on-BeforeInstall", async (event) => {
      await hook.wait;
      await report(event);
    });
    const id = await deploy("v2", ["BeforeInstall"]);
    await assert.rejects(
      deploy("v3"),
      refused(
        "DeploymentLimitExceededException",
        `The Deployment Group 'api' already has an active Deployment '${id}'`,
      ),
    );
    await client.send(
      new sdk.UpdateDeploymentGroupCommand({
        applicationName: "api",
        currentDeploymentGroupName: "api",
        blueGreenDeploymentConfiguration: blueGreen(2000),
      }),
    );
    hook.open();
    const info = await ended(id);
    assert.equal(info.status, "Succeeded");
    assert.equal(
      info.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess
        ?.terminationWaitTimeInMinutes,
      1,
    );
    assert.ok(!told().includes("start v3"));
  });

  it("describes its target: traffic, task sets and lifecycle as they are", async () => {
    const { client, deploy, target, happened, ended, left, report, base } = await open();
    const hook = gate();
    base.functions.set("on-BeforeAllowTraffic", async (event) => {
      await hook.wait;
      await report(event);
    });
    const id = await deploy("v2", ["AfterAllowTestTraffic", "BeforeAllowTraffic"]);
    await happened("hook AfterAllowTestTraffic");
    const during = await until(async () => {
      const now = await target(id);
      return now.lifecycleEvents?.[5]?.status === "InProgress" ? now : undefined;
    });
    const { lifecycleEvents = [], lastUpdatedAt, taskSetsInfo = [], ...rest } = during;
    assert.deepEqual(rest, {
      deploymentId: id,
      targetId: "main:api",
      targetArn: "arn:aws:ecs:us-east-1:111111111111:service/main/api",
      status: "InProgress",
    });
    assert.ok(lastUpdatedAt instanceof Date);
    assert.deepEqual(
      lifecycleEvents.map((one) => [one.lifecycleEventName, one.status, !!one.startTime, !!one.endTime]),
      [
        ["BeforeInstall", "Succeeded", true, true],
        ["Install", "Succeeded", true, true],
        ["AfterInstall", "Succeeded", true, true],
        ["AllowTestTraffic", "Succeeded", true, true],
        ["AfterAllowTestTraffic", "Succeeded", true, true],
        ["BeforeAllowTraffic", "InProgress", true, false],
        ["AllowTraffic", "Pending", false, false],
        ["AfterAllowTraffic", "Pending", false, false],
      ],
    );
    const set = {
      desiredCount: 1,
      pendingCount: 0,
      runningCount: 1,
    };
    assert.deepEqual(
      taskSetsInfo.map(({ identifer, ...one }) => ({
        ...one,
        identified: /^ecs-svc\/\d+$/.test(identifer ?? ""),
      })),
      [
        {
          ...set,
          status: "PRIMARY",
          trafficWeight: 100,
          targetGroup: { name: "one" },
          taskSetLabel: "Blue",
          identified: true,
        },
        {
          ...set,
          status: "ACTIVE",
          trafficWeight: 0,
          targetGroup: { name: "two" },
          taskSetLabel: "Green",
          identified: true,
        },
      ],
    );
    hook.open();
    assert.equal((await ended(id)).status, "Succeeded");
    await left("v2");
    const after = await until(async () => {
      const now = await target(id);
      return now.taskSetsInfo?.length === 1 ? now : undefined;
    });
    assert.deepEqual(
      [after.status, after.taskSetsInfo?.[0]?.taskSetLabel, after.taskSetsInfo?.[0]?.trafficWeight],
      ["Succeeded", "Green", 100],
    );
    const { targetIds } = await client.send(new sdk.ListDeploymentTargetsCommand({ deploymentId: id }));
    assert.deepEqual(targetIds, ["main:api"]);
    await assert.rejects(
      client.send(new sdk.GetDeploymentTargetCommand({ deploymentId: id, targetId: "main:other" })),
      refused(
        "DeploymentTargetDoesNotExistException",
        `The deployment ${id} has no target "main:other"; it has main:api.`,
      ),
    );
  });
});
