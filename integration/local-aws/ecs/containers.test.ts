import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { refused, setting, until, type Setting } from "../testing/ecs";

const web: sdk.ContainerDefinition = { name: "web", image: "v1", portMappings: [{ containerPort: 8080 }] };
const healthCheck: sdk.HealthCheck = { command: ["CMD-SHELL", "true"] };

describe("the containers of a task, with a real Docker", () => {
  let local: Setting;
  beforeEach(async () => (local = await setting(2000, "docker")));
  afterEach(() => local.close());

  const create = async (containerDefinitions: sdk.ContainerDefinition[]) => {
    const taskDefinition = await local.register("v1", { containerDefinitions });
    await local.createService("v1", { taskDefinition });
    return taskDefinition;
  };
  const running = (image: string) =>
    until(() => local.runtime.running.find(({ spec }) => spec.image === image));

  it("get the task's limits, less where one has less", async () => {
    await create([web, { name: "side", image: "side", memory: 128, essential: false }]);
    await running("side");
    assert.deepEqual(
      local.runtime.specs.map(({ image, cpuUnits, memoryMiB }) => [image, cpuUnits, memoryMiB]),
      [
        ["v1", 256, 512],
        ["side", 256, 128],
      ],
    );
  });

  it("share one network, which publishes the ports of them all and goes with the task", async () => {
    const taskDefinition = await create([web, { name: "side", image: "side" }]);
    await local.steady(taskDefinition);
    assert.equal(local.runtime.networks, 1);
    assert.deepEqual(await local.targets(local.blue), ["healthy"]);
    await local.client.send(
      new sdk.UpdateServiceCommand({ cluster: "main", service: "api", desiredCount: 0 }),
    );
    await until(() => local.runtime.running.length === 0 || undefined);
    await until(async () => ((await local.tasks("STOPPED"))[0]?.lastStatus === "STOPPED" ? true : undefined));
    assert.equal(local.runtime.networks, 0);
  });

  it("make the task healthy, and unhealthy, which ends it; another one takes its place", async () => {
    const taskDefinition = await create([
      { ...web, healthCheck },
      { name: "side", image: "side", essential: false, healthCheck },
    ]);
    const first = await running("v1");
    const side = await running("side");
    side.becomes("UNHEALTHY");
    const task = async (desired: sdk.DesiredStatus = "RUNNING") => (await local.tasks(desired))[0];
    assert.equal((await task())?.healthStatus, "UNKNOWN");
    // Nothing is steady as long as nobody knows whether it works.
    await local.aws.clock.sleep(800_000);
    assert.deepEqual(await local.targets(local.blue), ["healthy"]);
    assert.equal((await local.describe()).taskSets?.[0]?.stabilityStatus, "STABILIZING");
    first.becomes("HEALTHY");
    assert.equal((await task())?.healthStatus, "HEALTHY");
    await local.steady(taskDefinition);
    first.becomes("UNHEALTHY");
    const stopped = await until(() => task("STOPPED"));
    assert.equal(stopped.stoppedReason, "Task failed container health checks");
    assert.equal(stopped.stopCode, "ServiceSchedulerInitiated");
    assert.equal(stopped.healthStatus, "UNHEALTHY");
    const second = await until(() =>
      local.runtime.running.find((one) => one.spec.image === "v1" && one !== first),
    );
    second.becomes("HEALTHY");
    await local.steady(taskDefinition);
  });

  it("wait for those that they depend on", async () => {
    await create([
      { ...web, dependsOn: [{ containerName: "proxy", condition: "HEALTHY" }] },
      {
        name: "proxy",
        image: "proxy",
        healthCheck,
        dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
      },
      { name: "init", image: "init", essential: false },
    ]);
    const order = () => local.runtime.specs.map(({ image }) => image);
    const init = await running("init");
    await local.aws.clock.sleep(20_000);
    assert.deepEqual(order(), ["init"]);
    init.exit(0);
    const proxy = await running("proxy");
    await local.aws.clock.sleep(20_000);
    assert.deepEqual(order(), ["init", "proxy"]);
    proxy.becomes("HEALTHY");
    await running("v1");
    assert.deepEqual(order(), ["init", "proxy", "v1"]);
  });

  it("do not start when what they depend on fails, and the task says why", async () => {
    await create([
      { ...web, dependsOn: [{ containerName: "init", condition: "SUCCESS" }] },
      { name: "init", image: "init", essential: false },
    ]);
    (await running("init")).exit(3);
    const stopped = await until(async () => (await local.tasks("STOPPED"))[0]);
    assert.equal(stopped.stopCode, "TaskFailedToStart");
    assert.equal(
      stopped.stoppedReason,
      "failed to resolve container ordering dependency [init] for target [web] as the dependency did not exit successfully: exit code 3",
    );
    assert.ok(!local.runtime.specs.some(({ image }) => image === "v1"));
  });

  it("that wait for each other, for nobody, or for what cannot be, are refused", async () => {
    const register = (...containerDefinitions: sdk.ContainerDefinition[]) =>
      local.register("v1", { containerDefinitions });
    const on = (containerName: string, condition: sdk.ContainerCondition = "START") => [
      { containerName, condition },
    ];
    const side = { name: "side", image: "side" };
    await assert.rejects(
      register({ ...web, dependsOn: on("side") }, { ...side, dependsOn: on("web") }),
      refused("ClientException", "Containers depend on each other in a circle: web → side → web."),
    );
    await assert.rejects(
      register({ ...web, dependsOn: on("nobody") }),
      refused("ClientException", /"nobody", which the task does not have/),
    );
    await assert.rejects(
      register({ ...web, dependsOn: on("side", "HEALTHY") }, side),
      refused("ClientException", /has no health check/),
    );
    await assert.rejects(
      register({ ...web, dependsOn: on("side", "COMPLETE") }, side),
      refused("ClientException", /it is essential/),
    );
  });

  it("have health checks as a read on AWS shows them, within AWS's bounds", async () => {
    const register = (check: sdk.HealthCheck) =>
      local.client.send(
        new sdk.RegisterTaskDefinitionCommand({
          family: "x",
          containerDefinitions: [{ ...web, healthCheck: check }],
        }),
      );
    const { taskDefinition } = await register(healthCheck);
    assert.deepEqual(taskDefinition?.containerDefinitions?.[0]?.healthCheck, {
      command: ["CMD-SHELL", "true"],
      interval: 30,
      timeout: 5,
      retries: 3,
    });
    await assert.rejects(register({ command: ["true"] }), refused("ClientException", /begin with CMD/));
    await assert.rejects(
      register({ ...healthCheck, interval: 1 }),
      refused("ClientException", /interval 1; it is between 5 and 300/),
    );
  });
});
