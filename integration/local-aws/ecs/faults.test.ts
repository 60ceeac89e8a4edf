import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { ModifyListenerCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { parseFault } from "../core/faults";
import { account } from "../testing/fake-base";
import { setting, until, type Setting } from "../testing/ecs";

const candidate = { imageDigest: "sha256:c0ffee", account };

/** The live version runs the image `v1`, the candidate `v2`. */
describe("faults of containers", () => {
  let local: Setting;
  const open = async (speed?: number, runtime: "docker" | "process" = "process") => {
    local = await setting(speed, runtime);
    local.runtime.digests.set("v2", candidate.imageDigest);
    const { taskDefinition = "" } = await local.createService("v1");
    await local.steady(taskDefinition);
  };
  afterEach(() => local.close());

  const release = async (changes: Partial<sdk.ContainerDefinition> = {}, image = "v2") => {
    const taskDefinition = await local.register(image, {
      containerDefinitions: [{ name: "web", image, portMappings: [{ containerPort: 8080 }], ...changes }],
    });
    await local.client.send(
      new sdk.CreateTaskSetCommand({
        cluster: "main",
        service: "api",
        taskDefinition,
        loadBalancers: [{ targetGroupArn: local.green, containerName: "web", containerPort: 8080 }],
      }),
    );
    return taskDefinition;
  };
  const running = (image: string) =>
    until(() => local.runtime.running.find(({ spec }) => spec.image.startsWith(image)));

  it("exit: the candidate ends after this AWS time, the live version does not; undone, the next stays", async () => {
    await open();
    const undo = local.aws.faults.inject(candidate, parseFault("exit after 2 minutes"));
    const begun = local.aws.clock.now().getTime();
    const taskDefinition = await release();
    const stopped = await until(async () =>
      (await local.tasks("STOPPED")).find(({ lastStatus }) => lastStatus === "STOPPED"),
    );
    assert.ok(local.aws.clock.now().getTime() - begun >= 119_000);
    assert.equal(stopped.taskDefinitionArn, taskDefinition);
    assert.deepEqual(
      [stopped.stopCode, stopped.stoppedReason, stopped.containers?.[0]?.exitCode],
      ["EssentialContainerExited", "Essential container in task exited: web: exit code 1", 1],
    );
    assert.ok(local.runtime.running.some(({ spec }) => spec.image === "v1"));
    undo();
    await local.steady(taskDefinition);
    assert.equal(
      (await local.tasks("STOPPED")).filter((one) => one.taskDefinitionArn !== taskDefinition).length,
      0,
    );
  });

  it("exit: an undo stops one that is on its way", async () => {
    await open(500);
    const undo = local.aws.faults.inject(candidate, parseFault("exit after 1 minute"));
    await release();
    await running("v2");
    undo();
    await local.aws.clock.sleep(120_000);
    await running("v2");
    assert.deepEqual(await local.tasks("STOPPED"), []);
  });

  it("ignores SIGTERM: no stop signal, and a kill after stopTimeout", async () => {
    await open();
    local.aws.faults.inject(candidate, parseFault("ignores SIGTERM"));
    const signalled: string[] = [];
    local.runtime.onStop = ({ spec }) => void signalled.push(spec.image);
    const taskDefinition = await release({ stopTimeout: 1 });
    await local.steady(taskDefinition);
    const begun = performance.now();
    for (const task of await local.tasks())
      await local.client.send(new sdk.StopTaskCommand({ cluster: "main", task: task.taskArn }));
    const stopped = await until(async () => {
      const all = (await local.tasks("STOPPED")).filter(({ lastStatus }) => lastStatus === "STOPPED");
      return all.length === 2 ? all : undefined;
    });
    assert.ok(performance.now() - begun >= 999);
    assert.deepEqual(signalled, ["v1"]);
    const one = stopped.find((task) => task.taskDefinitionArn === taskDefinition);
    assert.equal(one?.containers?.[0]?.exitCode, 137);
  });

  it("out of memory: the candidate has next to none, where there are limits", async () => {
    await open(2000, "docker");
    const undo = local.aws.faults.inject(candidate, parseFault("out of memory"));
    const image = `v2@${candidate.imageDigest}`;
    local.runtime.digests.set(image, candidate.imageDigest);
    await release({}, image);
    assert.equal((await running("v2")).spec.memoryMiB, 6);
    assert.equal((await running("v1")).spec.memoryMiB, 512);
    undo();
  });

  it("out of memory: is refused where there are none", async () => {
    await open();
    assert.throws(
      () => local.aws.faults.inject(candidate, parseFault("out of memory")),
      /"out of memory" cannot be had here: processes .* have no memory limit .*; run the rehearsal with Docker/,
    );
  });

  it("never healthy: a health check of the container's own fails, too, and the task is replaced", async () => {
    await open(2000, "docker");
    const undo = local.aws.faults.inject(candidate, parseFault("never healthy"));
    const taskDefinition = await release({ healthCheck: { command: ["CMD-SHELL", "true"] } });
    (await running("v2")).becomes("HEALTHY");
    const stopped = await until(async () => (await local.tasks("STOPPED"))[0]);
    assert.equal(stopped.taskDefinitionArn, taskDefinition);
    assert.match(stopped.stoppedReason ?? "", /^Task failed (container|ELB) health checks$/);
    undo();
  });

  it("5xx: the target group of the candidate is met, by what ECS says of its address", async () => {
    await open();
    local.aws.faults.inject(candidate, parseFault("5xx 100%"));
    await release();
    await local.balancer.send(
      new ModifyListenerCommand({
        ListenerArn: local.test,
        DefaultActions: [{ Type: "forward", TargetGroupArn: local.green }],
      }),
    );
    const statusOf = async (listener: string) => {
      const at = local.balancing.listenerAddress(listener);
      return (await fetch(`http://127.0.0.1:${at?.port}/`)).status;
    };
    await until(async () => (await statusOf(local.test)) === 500);
    assert.equal(await statusOf(local.production), 200);
  });
});
