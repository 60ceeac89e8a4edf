import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { gate, refused, role, setting, until, type Setting } from "../testing/ecs";

describe("a service under CodeDeploy", () => {
  let local: Setting;
  beforeEach(async () => (local = await setting()));
  afterEach(() => local.close());
  const update = (changes: Partial<sdk.UpdateServiceCommandInput>) =>
    local.client.send(new sdk.UpdateServiceCommand({ cluster: "main", service: "api", ...changes }));
  const remove = (force: boolean) =>
    local.client.send(new sdk.DeleteServiceCommand({ cluster: "main", service: "api", force }));

  it("is described with its primary task set, whose tasks get steady", async () => {
    const created = await local.createService("v1", {
      healthCheckGracePeriodSeconds: 60,
      tags: [{ key: "team", value: "a" }],
    });
    const arn = "arn:aws:ecs:us-east-1:111111111111:task-definition/api:1";
    assert.equal(created.taskSets?.[0]?.stabilityStatus, "STABILIZING");
    await local.steady(arn);
    const service = await local.describe(["TAGS"]);
    const { taskSets: [set] = [], createdAt, roleArn, ...rest } = service;
    assert.ok(createdAt instanceof Date && roleArn);
    const loadBalancers = [{ targetGroupArn: local.blue, containerName: "web", containerPort: 8080 }];
    const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
    assert.deepEqual(rest, {
      serviceArn: "arn:aws:ecs:us-east-1:111111111111:service/main/api",
      serviceName: "api",
      clusterArn: "arn:aws:ecs:us-east-1:111111111111:cluster/main",
      status: "ACTIVE",
      desiredCount: 1,
      runningCount: 1,
      pendingCount: 0,
      taskDefinition: arn,
      loadBalancers,
      networkConfiguration,
      launchType: "FARGATE",
      platformVersion: "LATEST",
      platformFamily: "Linux",
      schedulingStrategy: "REPLICA",
      deploymentController: { type: "CODE_DEPLOY" },
      deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
      healthCheckGracePeriodSeconds: 60,
      enableECSManagedTags: false,
      enableExecuteCommand: false,
      propagateTags: "NONE",
      availabilityZoneRebalancing: "DISABLED",
      placementConstraints: [],
      placementStrategy: [],
      serviceRegistries: [],
      deployments: [],
      events: [],
      createdBy: "arn:aws:iam::111111111111:root",
      tags: [{ key: "team", value: "a" }],
    });
    const { createdAt: _c, updatedAt: _u, stabilityStatusAt, id, taskSetArn, ...shown } = set ?? {};
    assert.ok(stabilityStatusAt instanceof Date);
    assert.match(id ?? "", /^ecs-svc\/\d{19}$/);
    assert.equal(taskSetArn, `arn:aws:ecs:us-east-1:111111111111:task-set/main/api/${id}`);
    assert.deepEqual(shown, {
      serviceArn: service.serviceArn,
      clusterArn: service.clusterArn,
      status: "PRIMARY",
      taskDefinition: arn,
      computedDesiredCount: 1,
      runningCount: 1,
      pendingCount: 0,
      launchType: "FARGATE",
      platformVersion: "1.4.0",
      platformFamily: "Linux",
      networkConfiguration,
      loadBalancers,
      serviceRegistries: [],
      scale: { value: 100, unit: "PERCENT" },
      stabilityStatus: "STEADY_STATE",
      tags: [],
    });
  });

  it("gives its tasks their environment, secrets, roles and logs", async () => {
    const secret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf";
    local.base.secrets.set(secret, JSON.stringify({ password: "s3cret" }));
    local.base.secrets.set("/api/key", "k1");
    await local.client.send(new sdk.CreateClusterCommand({ clusterName: "main" }));
    const taskDefinition = await local.register("v1", {
      executionRoleArn: role("execution"),
      taskRoleArn: role("task"),
      containerDefinitions: [
        {
          name: "web",
          image: "v1",
          command: ["node", "server.js"],
          portMappings: [{ containerPort: 8080 }],
          environment: [{ name: "ENVIRONMENT", value: "staging" }],
          secrets: [
            { name: "PASSWORD", valueFrom: `${secret}:password::` },
            { name: "KEY", valueFrom: "arn:aws:ssm:us-east-1:111111111111:parameter/api/key" },
          ],
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": "/api", "awslogs-stream-prefix": "ecs" },
          },
        },
      ],
    });
    await local.createService("v1", { taskDefinition });
    await local.steady(taskDefinition);
    const [spec] = local.runtime.specs;
    assert.ok(spec);
    const [task] = await local.tasks();
    const id = task?.taskArn?.split("/").at(-1) ?? "";
    assert.deepEqual(spec.environment, {
      ENVIRONMENT: "staging",
      PASSWORD: "s3cret",
      KEY: "k1",
      AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "ASIAtask",
      AWS_SECRET_ACCESS_KEY: "secret of task",
      AWS_SESSION_TOKEN: "token of task",
    });
    assert.deepEqual(spec.command, ["node", "server.js"]);
    assert.equal(spec.stopTimeoutSeconds, 30);
    assert.equal(spec.pullAs.credentials.accessKeyId, "ASIAexecution");
    assert.deepEqual(local.base.assumed, [`execution for ${id}`, `task for ${id}`]);
    spec.onLine("hello");
    await remove(true);
    await until(() => local.base.logs.length > 0 || undefined);
    assert.deepEqual(local.base.logs, [`/api:ecs/web/${id}: hello`]);
  });

  for (const [what, changes] of [
    ["Unable to update task definition", { taskDefinition: "api:1" }],
    [
      "Unable to update network parameters",
      { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-2"] } } },
    ],
    ["Unable to update load balancers", { loadBalancers: [] }],
    ["Unable to update platform version", { platformVersion: "1.3.0" }],
    ["Cannot force a new deployment", { forceNewDeployment: true }],
  ] as const) {
    it(`says "${what}": that is for CodeDeploy`, async () => {
      await local.createService();
      await assert.rejects(
        update(changes as Partial<sdk.UpdateServiceCommandInput>),
        refused(
          "InvalidParameterException",
          `${what} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`,
        ),
      );
    });
  }

  it("is scaled up and down, and keeps what else may be updated", async () => {
    const { taskDefinition = "" } = await local.createService();
    const up = await update({ desiredCount: 3, healthCheckGracePeriodSeconds: 5 });
    assert.equal(up.service?.desiredCount, 3);
    assert.equal(up.service?.healthCheckGracePeriodSeconds, 5);
    assert.match(
      up.service?.events?.[0]?.message ?? "",
      /^\(service api\) has set the desired count to 3\.$/,
    );
    const set = await local.steady(taskDefinition);
    assert.deepEqual([set.computedDesiredCount, set.runningCount], [3, 3]);
    assert.deepEqual(await local.targets(local.blue), ["healthy", "healthy", "healthy"]);
    await update({ desiredCount: 1 });
    assert.equal((await local.tasks()).length, 1);
    await until(() => local.runtime.running.length === 1 || undefined);
    const stopped = await local.tasks("STOPPED");
    assert.deepEqual(
      stopped.map(({ stopCode, stoppedReason }) => [stopCode, stoppedReason]),
      [1, 2].map(() => ["ServiceSchedulerInitiated", `Scaling activity initiated by ${set.id}`]),
    );
    await local.steady(taskDefinition);
  });

  it("is deleted at count 0 or with force, drains, and its name is free then", async () => {
    await local.createService();
    await local.steady((await local.describe()).taskDefinition ?? "");
    await assert.rejects(
      remove(false),
      refused("InvalidParameterException", "The service cannot be stopped while it is scaled above 0."),
    );
    const removeCluster = () => local.client.send(new sdk.DeleteClusterCommand({ cluster: "main" }));
    await assert.rejects(
      removeCluster(),
      refused("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."),
    );
    const stopping = gate();
    local.runtime.onStop = () => stopping.wait;
    const { service } = await remove(true);
    assert.equal(service?.status, "DRAINING");
    await assert.rejects(
      local.createService(),
      refused("InvalidParameterException", "Unable to Start a service that is still Draining."),
    );
    await assert.rejects(
      removeCluster(),
      refused("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."),
    );
    await assert.rejects(update({ desiredCount: 1 }), refused("ServiceNotActiveException"));
    stopping.open();
    await until(async () => (await local.describe()).status === "INACTIVE" || undefined);
    assert.deepEqual(local.runtime.running, []);
    assert.deepEqual(await local.targets(local.blue), []);
    await local.createService("v2");
    await update({ desiredCount: 0 });
    await remove(false);
    await until(async () => (await local.describe()).status === "INACTIVE" || undefined);
    const { cluster } = await removeCluster();
    assert.equal(cluster?.status, "INACTIVE");
    await assert.rejects(
      local.client.send(
        new sdk.CreateServiceCommand({
          cluster: "main",
          serviceName: "api",
          taskDefinition: "api",
          deploymentController: { type: "CODE_DEPLOY" },
        }),
      ),
      refused("ClusterNotFoundException", "The referenced cluster was inactive."),
    );
  });

  it("is refused with what it cannot have", async () => {
    await local.createService();
    const create = (changes: Partial<sdk.CreateServiceCommandInput>) =>
      local.createService("v1", { serviceName: "other", ...changes });
    const target = { targetGroupArn: local.blue, containerName: "web", containerPort: 8080 };
    await assert.rejects(
      create({ serviceName: "api" }),
      refused("InvalidParameterException", "Creation of service was not idempotent."),
    );
    await assert.rejects(
      create({ deploymentController: { type: "ECS" } }),
      refused("InvalidParameterException", /^not implemented: ECS.CreateService .* controller ECS/),
    );
    await assert.rejects(
      create({ loadBalancers: [{ ...target, containerPort: 80 }] }),
      refused("InvalidParameterException", "The container web did not have a container port 80 defined."),
    );
    await assert.rejects(
      create({ loadBalancers: [{ ...target, containerName: "app" }] }),
      refused("InvalidParameterException", "The container app did not have a container port 8080 defined."),
    );
    await assert.rejects(
      create({ cluster: "none" }),
      refused("ClusterNotFoundException", "Cluster not found."),
    );
    await assert.rejects(create({ taskDefinition: "none" }), refused("ClientException"));
    await local.client.send(new sdk.DeregisterTaskDefinitionCommand({ taskDefinition: "api:1" }));
    await assert.rejects(
      create({ taskDefinition: "api:1" }),
      refused("ClientException", "TaskDefinition is inactive"),
    );
    const { serviceArns } = await local.client.send(new sdk.ListServicesCommand({ cluster: "main" }));
    assert.deepEqual(serviceArns, ["arn:aws:ecs:us-east-1:111111111111:service/main/api"]);
    const { failures } = await local.client.send(
      new sdk.DescribeServicesCommand({ cluster: "main", services: ["other"] }),
    );
    assert.deepEqual(failures, [
      { arn: "arn:aws:ecs:us-east-1:111111111111:service/main/other", reason: "MISSING" },
    ]);
  });

  it("has tags, as have clusters and task definitions", async () => {
    const { serviceArn, clusterArn, taskDefinition } = await local.createService();
    for (const resourceArn of [serviceArn, clusterArn, taskDefinition]) {
      const list = async () =>
        (await local.client.send(new sdk.ListTagsForResourceCommand({ resourceArn }))).tags;
      const tags = [
        { key: "a", value: "1" },
        { key: "b", value: "2" },
      ];
      await local.client.send(new sdk.TagResourceCommand({ resourceArn, tags }));
      await local.client.send(new sdk.TagResourceCommand({ resourceArn, tags: [{ key: "a", value: "3" }] }));
      assert.deepEqual(await list(), [
        { key: "b", value: "2" },
        { key: "a", value: "3" },
      ]);
      await local.client.send(new sdk.UntagResourceCommand({ resourceArn, tagKeys: ["b"] }));
      assert.deepEqual(await list(), [{ key: "a", value: "3" }]);
    }
    await assert.rejects(
      local.client.send(new sdk.ListTagsForResourceCommand({ resourceArn: `${taskDefinition}9` })),
      refused("InvalidParameterException"),
    );
  });

  it("counts in its cluster", async () => {
    const { taskDefinition = "" } = await local.createService("v1", { desiredCount: 2 });
    await local.steady(taskDefinition);
    const { clusters, failures } = await local.client.send(
      new sdk.DescribeClustersCommand({ clusters: ["main", "none"] }),
    );
    assert.deepEqual([clusters?.[0]?.activeServicesCount, clusters?.[0]?.runningTasksCount], [1, 2]);
    assert.deepEqual(failures, [
      { arn: "arn:aws:ecs:us-east-1:111111111111:cluster/none", reason: "MISSING" },
    ]);
  });

  it("says what is not implemented", async () => {
    await assert.rejects(
      local.client.send(new sdk.RunTaskCommand({ taskDefinition: "api" })),
      refused("NotImplemented", "not implemented: ECS.RunTask"),
    );
  });
});
