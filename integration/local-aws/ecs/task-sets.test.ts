import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { refused, setting, until, type Setting } from "../testing/ecs";

describe("task sets", () => {
  let local: Setting;
  let second = "";
  const service = { cluster: "main", service: "api" };
  beforeEach(async () => {
    local = await setting();
    await local.createService();
    second = await local.register("v2");
  });
  afterEach(() => local.close());

  const create = async (changes: Partial<sdk.CreateTaskSetCommandInput> = {}) => {
    const { taskSet } = await local.client.send(
      new sdk.CreateTaskSetCommand({
        ...service,
        taskDefinition: second,
        externalId: "d-1",
        launchType: "FARGATE",
        scale: { value: 100, unit: "PERCENT" },
        loadBalancers: [{ targetGroupArn: local.green, containerName: "web", containerPort: 8080 }],
        ...changes,
      }),
    );
    assert.ok(taskSet);
    return taskSet;
  };
  const remove = (taskSet = "", force = true) =>
    local.client.send(new sdk.DeleteTaskSetCommand({ ...service, taskSet, force }));

  it("run beside the primary one, which is what the service shows", async () => {
    const set = await create();
    assert.deepEqual([set.status, set.externalId, set.startedBy], ["ACTIVE", "d-1", "CODE_DEPLOY"]);
    await local.steady(second);
    const before = await local.describe();
    assert.deepEqual(
      before.taskSets?.map(({ status, taskDefinition }) => [status, taskDefinition?.split("/").at(-1)]),
      [
        ["PRIMARY", "api:1"],
        ["ACTIVE", "api:2"],
      ],
    );
    assert.equal(before.taskDefinition?.split("/").at(-1), "api:1");
    assert.equal(before.loadBalancers?.[0]?.targetGroupArn, local.blue);
    assert.equal(before.runningCount, 2);

    await local.client.send(
      new sdk.UpdateServicePrimaryTaskSetCommand({ ...service, primaryTaskSet: set.taskSetArn }),
    );
    const after = await local.describe();
    assert.equal(after.taskDefinition, second);
    assert.equal(after.loadBalancers?.[0]?.targetGroupArn, local.green);
    assert.deepEqual(
      after.taskSets?.map(({ status }) => status),
      ["ACTIVE", "PRIMARY"],
    );
  });

  it("are deleted by ARN or id, but not the primary one, and not above 0 without force", async () => {
    const first = (await local.describe()).taskSets?.[0];
    const set = await create();
    await assert.rejects(
      remove(first?.taskSetArn),
      refused("InvalidParameterException", "The primary task set of a service cannot be deleted."),
    );
    await assert.rejects(remove(set.id, false), refused("InvalidParameterException", /use force/));
    await assert.rejects(remove("ecs-svc/1"), refused("TaskSetNotFoundException"));
    await local.steady(second);
    const { taskSet } = await remove(set.id);
    assert.deepEqual([taskSet?.status, taskSet?.computedDesiredCount], ["DRAINING", 0]);
    await until(async () => (await local.describe()).taskSets?.length === 1 || undefined);
    assert.deepEqual(
      local.runtime.running.map(({ spec }) => spec.image),
      ["v1"],
    );
    assert.deepEqual(await local.targets(local.green), []);
  });

  it("have a share of the desired count, rounded up", async () => {
    await local.client.send(new sdk.UpdateServiceCommand({ ...service, desiredCount: 3 }));
    const set = await create({ scale: { value: 50, unit: "PERCENT" } });
    assert.equal(set.computedDesiredCount, 2);
    const changed = await local.client.send(
      new sdk.UpdateTaskSetCommand({ ...service, taskSet: set.id, scale: { value: 0, unit: "PERCENT" } }),
    );
    assert.equal(changed.taskSet?.computedDesiredCount, 0);
    const { taskSets } = await local.client.send(
      new sdk.DescribeTaskSetsCommand({ ...service, taskSets: [set.id ?? ""] }),
    );
    assert.deepEqual(
      taskSets?.map(({ scale }) => scale?.value),
      [0],
    );
    await remove(set.id, false);
  });

  it("are not made of a task definition that is not active, nor more than five", async () => {
    await local.client.send(new sdk.UpdateServiceCommand({ ...service, desiredCount: 0 }));
    await assert.rejects(create({ taskDefinition: "api:7" }), refused("ClientException"));
    for (let i = 0; i < 4; i++) await create();
    await assert.rejects(create(), refused("InvalidParameterException", /maximum number of task sets \(5\)/));
  });
});
