import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { DeleteTargetGroupCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { FakeContainer } from "../testing/fake-runtime";
import { gate, setting, until, type Setting } from "../testing/ecs";

describe("a task", () => {
  let local: Setting;
  beforeEach(async () => (local = await setting()));
  afterEach(() => local.close());

  it("goes from a pull to RUNNING, registered as a target, and is described with its container", async () => {
    const { taskDefinition = "" } = await local.createService();
    await local.steady(taskDefinition);
    assert.deepEqual(await local.targets(local.blue), ["healthy"]);
    const [task] = await local.tasks();
    assert.ok(task?.createdAt && task.startedAt && task.createdAt <= task.startedAt);
    assert.deepEqual(
      { ...task, createdAt: 0, startedAt: 0, pullStartedAt: 0, pullStoppedAt: 0, containers: 0 },
      {
        taskArn: task.taskArn,
        clusterArn: "arn:aws:ecs:us-east-1:111111111111:cluster/main",
        taskDefinitionArn: taskDefinition,
        group: "service:api",
        startedBy: (await local.describe()).taskSets?.[0]?.id,
        launchType: "FARGATE",
        platformVersion: "1.4.0",
        platformFamily: "Linux",
        cpu: "256",
        memory: "512",
        lastStatus: "RUNNING",
        desiredStatus: "RUNNING",
        healthStatus: "UNKNOWN",
        connectivity: "CONNECTED",
        attachments: [],
        overrides: { containerOverrides: [] },
        tags: [],
        createdAt: 0,
        startedAt: 0,
        pullStartedAt: 0,
        pullStoppedAt: 0,
        containers: 0,
      },
    );
    assert.deepEqual(task.containers, [
      {
        containerArn: task.containers?.[0]?.containerArn,
        taskArn: task.taskArn,
        name: "web",
        image: "v1",
        lastStatus: "RUNNING",
        healthStatus: "UNKNOWN",
        imageDigest: "sha256:1234",
        runtimeId: local.runtime.running[0]?.id,
      },
    ]);
  });

  it("is drained before its containers get the stop signal", async () => {
    const { taskDefinition = "" } = await local.createService();
    await local.steady(taskDefinition);
    const seen: unknown[] = [];
    local.runtime.onStop = async () => seen.push(await local.targets(local.blue));
    await local.client.send(
      new sdk.UpdateServiceCommand({ cluster: "main", service: "api", desiredCount: 0 }),
    );
    await until(() => local.runtime.running.length === 0 || undefined);
    assert.deepEqual(seen, [[]]);
    const stopped = await until(async () =>
      (await local.tasks("STOPPED")).find(({ lastStatus }) => lastStatus === "STOPPED"),
    );
    assert.ok(stopped.stoppingAt && stopped.stoppedAt);
    // The deregistration delay of the target group is 30 seconds.
    assert.ok(stopped.stoppedAt.getTime() - stopped.stoppingAt.getTime() >= 29_000);
  });

  it("that dies is replaced, after a pause that grows each time", async () => {
    await local.close();
    local = await setting(10);
    const starts: number[] = [];
    local.runtime.onStart = (container: FakeContainer) => {
      starts.push(local.aws.clock.now().getTime());
      container.exit(7);
    };
    await local.createService();
    await until(() => starts.length === 3 || undefined);
    // 2 and 4 seconds; a timer may be a millisecond early.
    const pauses = starts.slice(1).map((start, i) => start - (starts[i] ?? 0));
    assert.ok(pauses[0] && pauses[0] >= 1980 && pauses[1] && pauses[1] >= 3980, String(pauses));
    const task = (await local.tasks("STOPPED"))[0];
    assert.deepEqual(
      [
        task?.stopCode,
        task?.stoppedReason,
        task?.containers?.[0]?.lastStatus,
        task?.containers?.[0]?.exitCode,
      ],
      ["EssentialContainerExited", "Essential container in task exited: web: exit code 7", "STOPPED", 7],
    );
    assert.equal((await local.describe()).taskSets?.[0]?.stabilityStatus, "STABILIZING");
    local.runtime.onStart = () => undefined;
  });

  it("whose image cannot be pulled says so, and another follows", async () => {
    local.runtime.images.set("v9", "CannotPullContainerError: v9: not found");
    const { taskDefinition = "" } = await local.createService("v9");
    const stopped = await until(async () =>
      (await local.tasks("STOPPED")).find(({ lastStatus }) => lastStatus === "STOPPED"),
    );
    assert.deepEqual(
      [stopped.stopCode, stopped.stoppedReason, stopped.containers?.[0]?.lastStatus],
      ["TaskFailedToStart", "CannotPullContainerError: v9: not found", "PENDING"],
    );
    local.runtime.images.delete("v9");
    await local.steady(taskDefinition);
    assert.ok(local.runtime.specs.length >= 2);
  });

  it("that is not essential may end", async () => {
    await local.client.send(new sdk.CreateClusterCommand({ clusterName: "main" }));
    const taskDefinition = await local.register("v1", {
      containerDefinitions: [
        { name: "web", image: "v1", portMappings: [{ containerPort: 8080 }] },
        { name: "helper", image: "helper", essential: false },
      ],
    });
    await local.createService("v1", { taskDefinition });
    await local.steady(taskDefinition);
    local.runtime.running.find(({ spec }) => spec.image === "helper")?.exit(0);
    const containers = await until(async () => {
      const [task] = await local.tasks();
      return task?.containers?.find(({ name, lastStatus }) => name === "helper" && lastStatus === "STOPPED");
    });
    assert.equal(containers.exitCode, 0);
    assert.equal(local.runtime.specs.length, 2);
    await local.steady(taskDefinition);
  });

  it("is steady only while its target is healthy; an unhealthy one is replaced before it has stopped", async () => {
    const { taskDefinition = "" } = await local.createService();
    await local.steady(taskDefinition);
    const [old] = await local.tasks();
    const held = gate();
    local.runtime.onStop = () => held.wait;
    local.runtime.images.set("v1", 500);
    const [stopping] = await until(async () => {
      const found = await local.tasks("STOPPED");
      return found.length > 0 ? found : undefined;
    });
    assert.equal(stopping?.taskArn, old?.taskArn);
    assert.deepEqual(
      [stopping?.stopCode, stopping?.stoppedReason],
      ["ServiceSchedulerInitiated", "Task failed ELB health checks"],
    );
    const message = (await local.describe()).events?.find((one) =>
      one.message?.includes("unhealthy"),
    )?.message;
    assert.match(
      message ?? "",
      /^\(service \S+\) \(task [0-9a-f]{32}\) \(port \d+\) is unhealthy in \(target-group arn:\S+\) due to \(reason .*\[500\]\)$/,
    );
    assert.equal((await local.describe()).taskSets?.[0]?.stabilityStatus, "STABILIZING");
    local.runtime.images.delete("v1");
    await local.steady(taskDefinition);
    const [task] = await local.tasks();
    assert.notEqual(task?.taskArn, old?.taskArn);
    assert.equal(local.runtime.running.length, 2);
    held.open();
  });

  it("has the grace period to get healthy", async () => {
    local.runtime.images.set("v1", 503);
    await local.createService("v1", { healthCheckGracePeriodSeconds: 800 });
    const stopped = await until(async () => (await local.tasks("STOPPED"))[0]);
    assert.equal(stopped.stoppedReason, "Task failed ELB health checks");
    assert.ok(stopped.startedAt && stopped.stoppingAt);
    assert.ok(stopped.stoppingAt.getTime() - stopped.startedAt.getTime() > 800_000);
  });

  it("that a person stops is replaced", async () => {
    const { taskDefinition = "" } = await local.createService();
    await local.steady(taskDefinition);
    const [old] = await local.tasks();
    await local.client.send(
      new sdk.StopTaskCommand({ cluster: "main", task: old?.taskArn, reason: "to see what happens" }),
    );
    const [stopped] = await local.tasks("STOPPED");
    assert.deepEqual(
      [stopped?.taskArn, stopped?.stopCode, stopped?.stoppedReason],
      [old?.taskArn, "UserInitiated", "to see what happens"],
    );
    const next = await until(async () => (await local.tasks())[0]);
    assert.notEqual(next.taskArn, old?.taskArn);
  });

  it("of a service whose target group was deleted is not steady, and nothing else breaks", async () => {
    const { taskDefinition = "" } = await local.createService("v1", {
      loadBalancers: [{ targetGroupArn: local.green, containerName: "web", containerPort: 8080 }],
    });
    await local.steady(taskDefinition);
    await local.balancer.send(new DeleteTargetGroupCommand({ TargetGroupArn: local.green }));
    await until(
      async () => (await local.describe()).taskSets?.[0]?.stabilityStatus === "STABILIZING" || undefined,
    );
  });
});
