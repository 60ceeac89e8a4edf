import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-codedeploy";
import { ModifyListenerCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { refused, role } from "../../testing/ecs";
import { appSpec, release, type Release } from "../testing";

describe("CreateDeployment", () => {
  let local: Release;
  beforeEach(async () => (local = await release()));
  afterEach(() => local.close());
  const list = async (input: sdk.ListDeploymentsCommandInput = {}) =>
    (await local.client.send(new sdk.ListDeploymentsCommand(input))).deployments;

  it("refuses an unknown application, group or configuration, and a revision that is none", async () => {
    const { create, register, client } = local;
    const good = appSpec(await register("v2"));
    await assert.rejects(
      create(good, { applicationName: "other" }),
      refused("ApplicationDoesNotExistException", "No application found for name: other"),
    );
    await assert.rejects(
      create(good, { deploymentGroupName: "other" }),
      refused("DeploymentGroupDoesNotExistException", "No Deployment Group found for name: other"),
    );
    await assert.rejects(
      create(good, { deploymentGroupName: undefined }),
      refused("DeploymentGroupNameRequiredException"),
    );
    await assert.rejects(
      create(good, { deploymentConfigName: "other" }),
      refused("DeploymentConfigDoesNotExistException", "No deployment configuration found for name: other"),
    );
    await assert.rejects(create(good, { revision: undefined }), refused("RevisionRequiredException"));
    await assert.rejects(
      create(good.replace("ContainerName", "Container")),
      refused(
        "InvalidRevisionException",
        /^The AppSpec file is not valid: line 1: Resources\.0\.TargetService\.Properties\.LoadBalancerInfo\.Container is not known/,
      ),
    );
    await assert.rejects(
      create(good, { revision: { revisionType: "S3", s3Location: { bucket: "b", key: "k" } } }),
      refused(
        "NotImplemented",
        /^not implemented: CodeDeploy.CreateDeployment with revision.revisionType "S3"/,
      ),
    );
    await assert.rejects(
      create(good, { revision: { revisionType: "String", appSpecContent: { content: good } } }),
      refused("InvalidRevisionException", /a revision of type String carries no content of that type$/),
    );
    const other = { content: good, sha256: createHash("sha256").update("other").digest("hex") };
    await assert.rejects(
      create(good, { revision: { revisionType: "AppSpecContent", appSpecContent: other } }),
      refused("InvalidRevisionException", /the SHA-256 of its content is [0-9a-f]{64}, not [0-9a-f]{64}$/),
    );
    assert.deepEqual(await list(), []);
    await assert.rejects(
      client.send(new sdk.GetDeploymentCommand({ deploymentId: "d-none" })),
      refused("DeploymentDoesNotExistException", "The deployment d-none could not be found"),
    );
  });

  it("refuses overrides that a group could not have either", async () => {
    const { deploy } = local;
    const alarms = (...names: string[]) => ({
      overrideAlarmConfiguration: { enabled: true, alarms: names.map((name) => ({ name })) },
    });
    await assert.rejects(deploy("v2", [], alarms()), refused("InvalidAlarmConfigException"));
    await assert.rejects(deploy("v2", [], alarms("a", "a")), refused("InvalidAlarmConfigException", /twice/));
    const eleven = Array.from({ length: 11 }, (_, index) => `a${index}`);
    await assert.rejects(deploy("v2", [], alarms(...eleven)), refused("AlarmsLimitExceededException"));
    const events = ["SOMETIMES" as sdk.AutoRollbackEvent];
    await assert.rejects(
      deploy("v2", [], { autoRollbackConfiguration: { enabled: true, events } }),
      refused("InvalidAutoRollbackConfigException", /^"SOMETIMES" is no event/),
    );
    assert.deepEqual(await list(), []);
  });

  const group = { applicationName: "api", currentDeploymentGroupName: "api" };
  const loadBalancerInfo = (names: [string, string]): sdk.LoadBalancerInfo => ({
    targetGroupPairInfoList: [
      {
        targetGroups: names.map((name) => ({ name })),
        prodTrafficRoute: { listenerArns: [local.production] },
      },
    ],
  });
  const change = (changes: Partial<sdk.UpdateDeploymentGroupCommandInput>) =>
    local.client.send(new sdk.UpdateDeploymentGroupCommand({ ...group, ...changes }));

  const cases: [string, (arn: string) => string | Promise<string>, sdk.ErrorCode, string | RegExp][] = [
    [
      "a container that the task definition lacks",
      (arn) => appSpec(arn).replace('"web"', '"app"'),
      "INVALID_ECS_SERVICE",
      /^The AppSpec names the container "app", which arn:.*\/api:2 lacks; it has web\.$/,
    ],
    [
      "a port that the container lacks",
      (arn) => appSpec(arn).replace("8080", "80"),
      "INVALID_ECS_SERVICE",
      /^The AppSpec names port 80, which the container "web" of arn:.*\/api:2 lacks\.$/,
    ],
    [
      "a task definition that is not there",
      (arn) => appSpec(`${arn}0`),
      "INVALID_REVISION",
      /^The AppSpec's task definition cannot be read: Unable to describe task definition: .*\/api:20$/,
    ],
    [
      "a service that is not there",
      async (arn) => {
        await change({ ecsServices: [{ clusterName: "main", serviceName: "other" }] });
        return appSpec(arn);
      },
      "INVALID_ECS_SERVICE",
      "The service other of the cluster main is not active.",
    ],
    [
      "a cluster that is not there",
      async (arn) => {
        await change({ ecsServices: [{ clusterName: "other", serviceName: "api" }] });
        return appSpec(arn);
      },
      "INVALID_ECS_SERVICE",
      "The service api of the cluster other cannot be read: Cluster not found.",
    ],
    [
      "a role that does not trust it",
      async (arn) => {
        await change({ serviceRoleArn: role("missing") });
        return appSpec(arn);
      },
      "IAM_ROLE_MISSING",
      /^The service role cannot be assumed: User is not authorized/,
    ],
    [
      "a target group that is not there",
      async (arn) => {
        await change({ loadBalancerInfo: loadBalancerInfo(["one", "three"]) });
        return appSpec(arn);
      },
      "ELASTIC_LOAD_BALANCING_INVALID",
      /^TargetGroupNotFoundException: /,
    ],
    [
      "a listener that forwards elsewhere",
      async (arn) => {
        await local.balancer.send(
          new ModifyListenerCommand({
            ListenerArn: local.production,
            DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
          }),
        );
        local.journal.length = 0;
        return appSpec(arn);
      },
      "INVALID_ECS_SERVICE",
      "The production listener must forward to one of the target groups one and two; it forwards to neither.",
    ],
    [
      "a listener that forwards to the group without the tasks",
      async (arn) => {
        await local.balancer.send(
          new ModifyListenerCommand({
            ListenerArn: local.production,
            DefaultActions: [{ Type: "forward", TargetGroupArn: local.green }],
          }),
        );
        local.journal.length = 0;
        return appSpec(arn);
      },
      "INVALID_ECS_SERVICE",
      "The primary task set's target group must be behind the listener; two is.",
    ],
  ];
  for (const [what, content, code, message] of cases) {
    it(`fails with ${what}, with nothing changed`, async () => {
      const { create, register, ended, events, told, describe: service } = local;
      const id = await create(await content(await register("v2")));
      const info = await ended(id);
      assert.deepEqual([info.status, info.errorInformation?.code], ["Failed", code]);
      if (typeof message === "string") assert.equal(info.errorInformation?.message, message);
      else assert.match(info.errorInformation?.message ?? "", message);
      assert.deepEqual([info.rollbackInfo, info.deploymentOverview?.Failed], [undefined, 1]);
      assert.deepEqual(told(), []);
      if (!/service|cluster/.test(what)) {
        assert.ok((await events(id))?.every((event) => event.endsWith(" Skipped")));
      }
      assert.deepEqual(
        (await service()).taskSets?.map(({ status }) => status),
        ["PRIMARY"],
      );
    });
  }

  it("is described and listed", async () => {
    const { create, register, ended, client, get } = local;
    const content = appSpec(await register("v2"));
    const fast = { deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce", description: "by hand" };
    const first = await create(content, fast);
    const { createTime, startTime, completeTime, ...info } = await ended(first);
    assert.ok(createTime && startTime && completeTime && createTime <= startTime && startTime < completeTime);
    const { deploymentGroupInfo } = await client.send(
      new sdk.GetDeploymentGroupCommand({ applicationName: "api", deploymentGroupName: "api" }),
    );
    assert.deepEqual(info, {
      applicationName: "api",
      deploymentGroupName: "api",
      deploymentId: first,
      description: "by hand",
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
      computePlatform: "ECS",
      status: "Succeeded",
      creator: "user",
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
      deploymentStyle: deploymentGroupInfo?.deploymentStyle,
      loadBalancerInfo: deploymentGroupInfo?.loadBalancerInfo,
      blueGreenDeploymentConfiguration: deploymentGroupInfo?.blueGreenDeploymentConfiguration,
      autoRollbackConfiguration: deploymentGroupInfo?.autoRollbackConfiguration,
      deploymentOverview: { Pending: 0, InProgress: 0, Succeeded: 1, Failed: 0, Skipped: 0, Ready: 0 },
      ignoreApplicationStopFailures: false,
      updateOutdatedInstancesOnly: false,
      instanceTerminationWaitTimeStarted: true,
    });
    assert.match(first, /^d-[A-Z0-9]{9}$/);
    const second = await create(content, fast);
    assert.equal((await get(second)).status, "InProgress");
    assert.deepEqual(await list(), [second, first]);
    assert.deepEqual(await list({ includeOnlyStatuses: ["InProgress"] }), [second]);
    const own = { applicationName: "api", deploymentGroupName: "api" };
    assert.deepEqual(await list(own), [second, first]);
    const { createTime: now = new Date() } = await get(second);
    const range = (start: number, end: number) => ({
      createTimeRange: { start: new Date(now.getTime() + start), end: new Date(now.getTime() + end) },
    });
    assert.deepEqual(await list(range(0, 60_000)), [second]);
    assert.deepEqual(await list(range(60_000, 120_000)), []);
    await assert.rejects(list(range(1000, 0)), refused("InvalidTimeRangeException"));
    await assert.rejects(
      list({ applicationName: "other", deploymentGroupName: "api" }),
      refused("ApplicationDoesNotExistException"),
    );
    await assert.rejects(list({ applicationName: "api" }), refused("DeploymentGroupNameRequiredException"));
    await assert.rejects(list({ deploymentGroupName: "api" }), refused("ApplicationNameRequiredException"));
    await assert.rejects(list({ nextToken: "x" }), refused("InvalidNextTokenException"));
    await assert.rejects(
      list({ includeOnlyStatuses: ["Done" as sdk.DeploymentStatus] }),
      refused("InvalidDeploymentStatusException", /^"Done" is no status/),
    );
    const { deploymentsInfo } = await client.send(
      new sdk.BatchGetDeploymentsCommand({ deploymentIds: [first, "d-none"] }),
    );
    assert.deepEqual(
      deploymentsInfo?.map(({ deploymentId }) => deploymentId),
      [first],
    );
  });
});
