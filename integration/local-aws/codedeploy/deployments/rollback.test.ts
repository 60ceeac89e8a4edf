import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codedeploy";
import { refused, until } from "../../testing/ecs";
import { blueGreen, release, type Release } from "../testing";

/** Long enough that only an interruption ends it. */
const forever = 2000;
const slowCanary = async ({ client }: Release) => {
  await client.send(
    new sdk.CreateDeploymentConfigCommand({
      deploymentConfigName: "slow",
      computePlatform: "ECS",
      trafficRoutingConfig: {
        type: "TimeBasedCanary",
        timeBasedCanary: { canaryPercentage: 10, canaryInterval: forever },
      },
    }),
  );
  return { deploymentConfigName: "slow" };
};
const alarm = { alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }] } };

describe("a deployment that goes wrong", () => {
  let local: Release;
  const open = async (...options: Parameters<typeof release>) => {
    local = await release(...options);
    local.base.alarms.set("errors", "OK");
    return local;
  };
  afterEach(() => local.close());

  /** The failed deployment's info, after it was checked that it and its rollback name each other. */
  async function rolledBack(
    id: string,
    status: "Failed" | "Stopped",
    code: string,
  ): Promise<sdk.DeploymentInfo> {
    const info = await local.ended(id);
    assert.deepEqual([info.status, info.errorInformation?.code], [status, code]);
    const { rollbackDeploymentId = "", rollbackMessage } = info.rollbackInfo ?? {};
    assert.equal(
      rollbackMessage,
      `Deployment ${id} ${status.toLowerCase()}; traffic goes back to the original version.`,
    );
    const rollback = await local.get(rollbackDeploymentId);
    assert.deepEqual(
      [rollback.status, rollback.creator, rollback.rollbackInfo?.rollbackTriggeringDeploymentId],
      ["Succeeded", "codeDeployRollback", id],
    );
    assert.equal(rollback.rollbackInfo?.rollbackMessage, info.errorInformation?.message);
    return info;
  }

  it("rolls back when an alarm fires during the canary", async () => {
    const { deploy, happened, base, told, events, contained } = await open(1000, alarm);
    const id = await deploy("v2", ["AfterAllowTraffic"], await slowCanary(local));
    await happened("production 90/10");
    base.alarms.set("errors", "ALARM");
    const info = await rolledBack(id, "Stopped", "ALARM_ACTIVE");
    assert.match(info.errorInformation?.message ?? "", /Activated alarms: <errors>$/);
    await local.left("v1");
    assert.deepEqual(told(), [
      "production 100/0",
      "start v2",
      "test 0/100",
      "production 90/10",
      "production 100/0",
      "test 100/0",
      "stop v2",
    ]);
    assert.deepEqual((await events(id))?.slice(-2), ["AllowTraffic Failed", "AfterAllowTraffic Skipped"]);
    base.alarms.set("errors", "OK");
    await contained();
  });

  it("rolls back when an alarm fires after all traffic has shifted, until blue is terminated", async () => {
    const {
      deploy,
      happened,
      base,
      told,
      describe: service,
      contained,
      get,
    } = await open(1000, {
      ...alarm,
      blueGreenDeploymentConfiguration: blueGreen(forever),
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    });
    const id = await deploy("v2");
    await happened("production 0/100");
    await until(async () => (await get(id)).instanceTerminationWaitTimeStarted || undefined);
    assert.match((await service()).taskDefinition ?? "", /api:2$/);
    base.alarms.set("errors", "ALARM");
    await rolledBack(id, "Stopped", "ALARM_ACTIVE");
    await local.left("v1");
    assert.deepEqual(told().slice(-4), ["production 0/100", "production 100/0", "test 100/0", "stop v2"]);
    base.alarms.set("errors", "OK");
    await local.client.send(
      new sdk.UpdateDeploymentGroupCommand({
        applicationName: "api",
        currentDeploymentGroupName: "api",
        blueGreenDeploymentConfiguration: blueGreen(0),
      }),
    );
    await contained();
  });

  it("does not start while an alarm is in ALARM", async () => {
    const { deploy, ended, base, told, events, contained } = await open(1000, alarm);
    base.alarms.set("errors", "ALARM");
    const id = await deploy("v2");
    const info = await ended(id);
    assert.deepEqual(
      [info.status, info.errorInformation?.code, info.rollbackInfo],
      ["Stopped", "ALARM_ACTIVE", undefined],
    );
    assert.deepEqual(told(), []);
    assert.ok((await events(id))?.every((event) => event.endsWith(" Skipped")));
    base.alarms.set("errors", "OK");
    await contained();
  });

  it("fails when an alarm is not there, unless that is to be ignored", async () => {
    const { deploy, ended, told } = await open(1000, {
      alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }, { name: "gone" }] },
      blueGreenDeploymentConfiguration: blueGreen(0),
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    });
    const info = await ended(await deploy("v2"));
    assert.deepEqual(
      [info.status, info.errorInformation],
      [
        "Failed",
        {
          code: "ALARM_ACTIVE",
          message: "The state of the alarms could not be retrieved: no such alarm: gone",
        },
      ],
    );
    assert.deepEqual(told(), []);
    const ignoring = await deploy("v2", [], {
      overrideAlarmConfiguration: { enabled: true, ignorePollAlarmFailure: true, alarms: [{ name: "gone" }] },
    });
    assert.equal((await ended(ignoring)).status, "Succeeded");
  });

  it("rolls back on a hook that reports Failed, before production traffic reached green", async () => {
    const { deploy, base, report, told, events, contained } = await open();
    base.functions.set("on-AfterAllowTestTraffic", (event) => report(event, "Failed"));
    const id = await deploy("v2", ["AfterAllowTestTraffic"]);
    const info = await rolledBack(id, "Failed", "HOOK_EXECUTION_FAILURE");
    assert.equal(
      info.errorInformation?.message,
      "The AfterAllowTestTraffic hook on-AfterAllowTestTraffic reported Failed",
    );
    assert.deepEqual((await events(id))?.slice(3, 6), [
      "AllowTestTraffic Succeeded",
      "AfterAllowTestTraffic Failed",
      "BeforeAllowTraffic Skipped",
    ]);
    await local.left("v1");
    assert.deepEqual(
      told().filter((what) => what.startsWith("production")),
      ["production 100/0", "production 100/0"],
    );
    await contained();
  });

  it("fails on a hook that cannot be invoked; before Install there is nothing to roll back", async () => {
    const { deploy, base, ended, told, contained } = await open();
    base.functions.delete("on-BeforeInstall");
    const info = await ended(await deploy("v2", ["BeforeInstall"]));
    assert.equal(info.status, "Failed");
    assert.match(
      info.errorInformation?.message ?? "",
      /^The BeforeInstall hook on-BeforeInstall could not be invoked: ResourceNotFoundException/,
    );
    assert.equal(info.rollbackInfo, undefined);
    assert.deepEqual(told(), []);
    await contained();
  });

  it("waits an hour for a hook to report, and says how the function ended", async () => {
    const { deploy, base, aws, contained } = await open(2500);
    base.functions.set("on-AfterInstall", () => {
      throw new Error("the function broke");
    });
    const begun = aws.clock.now().getTime();
    const info = await rolledBack(await deploy("v2", ["AfterInstall"]), "Failed", "HOOK_EXECUTION_FAILURE");
    assert.ok((info.completeTime?.getTime() ?? 0) - begun >= 3_600_000);
    assert.equal(
      info.errorInformation?.message,
      'The AfterInstall hook on-AfterInstall did not report within an hour; the function ended with {"errorMessage":"Error: the function broke"}',
    );
    await contained();
  });

  it("takes one report of a hook, and only of its own", async () => {
    const { deploy, base, client, report, ended } = await open();
    const answers: string[] = [];
    let late: Record<string, string> = {};
    base.functions.set("on-AfterInstall", async (event) => {
      late = event;
      const unknown = { ...event, LifecycleEventHookExecutionId: "other" };
      const attempts = [
        () => report(unknown),
        () => report(event, "Pending"),
        () => report(event),
        () => report(event, "Failed"),
      ];
      for (const attempt of attempts)
        await attempt().then(
          () => answers.push("taken"),
          (error: Error) => answers.push(error.name),
        );
    });
    const id = await deploy("v2", ["AfterInstall"]);
    assert.equal((await ended(id)).status, "Succeeded");
    assert.deepEqual(answers, [
      "InvalidLifecycleEventHookExecutionIdException",
      "InvalidLifecycleEventHookExecutionStatusException",
      "taken",
      "LifecycleEventAlreadyCompletedException",
    ]);
    await assert.rejects(
      report(late),
      refused("LifecycleEventAlreadyCompletedException", "The AfterInstall hook has reported already."),
    );
    await assert.rejects(
      client.send(
        new sdk.PutLifecycleEventHookExecutionStatusCommand({ deploymentId: "d-none", status: "Succeeded" }),
      ),
      refused("DeploymentDoesNotExistException"),
    );
  });

  it("gives green an hour to get healthy", async () => {
    const { deploy, runtime, aws, told, contained } = await open(2500);
    runtime.images.set("v2", 500);
    const begun = aws.clock.now().getTime();
    const info = await rolledBack(await deploy("v2"), "Failed", "TIMEOUT");
    assert.ok((info.completeTime?.getTime() ?? 0) - begun >= 3_600_000);
    assert.equal(
      info.errorInformation?.message,
      "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes. A task of it ended: Task failed ELB health checks.",
    );
    assert.ok(!told().includes("test 0/100"));
    await contained();
  });

  it("is stopped on request, with a rollback when asked for", async () => {
    const { deploy, client, happened, contained } = await open();
    const deploymentId = await deploy("v2", [], await slowCanary(local));
    await happened("production 90/10");
    const stop = new sdk.StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true });
    assert.equal((await client.send(stop)).status, "Pending");
    const info = await rolledBack(deploymentId, "Stopped", "MANUAL_STOP");
    assert.equal(info.errorInformation?.message, "The deployment was stopped by a request.");
    await assert.rejects(
      client.send(stop),
      refused(
        "DeploymentAlreadyCompletedException",
        `Deployment ${deploymentId} is already in Stopped state`,
      ),
    );
    await contained();
  });

  it("is not rolled back when whoever stops it says so, whatever its group says", async () => {
    const { deploy, client, happened, ended, told } = await open(1000, {
      autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_STOP_ON_REQUEST"] },
    });
    const deploymentId = await deploy("v2", [], await slowCanary(local));
    await happened("production 90/10");
    await client.send(new sdk.StopDeploymentCommand({ deploymentId, autoRollbackEnabled: false }));
    const info = await ended(deploymentId);
    assert.deepEqual([info.status, info.rollbackInfo], ["Stopped", undefined]);
    assert.equal(told().at(-1), "production 90/10");
  });

  it("is stopped where it is without a rollback, and the next one says what to do", async () => {
    const { deploy, client, happened, ended, told, describe: service } = await open();
    const deploymentId = await deploy("v2", [], await slowCanary(local));
    await happened("production 90/10");
    await client.send(new sdk.StopDeploymentCommand({ deploymentId }));
    const info = await ended(deploymentId);
    assert.deepEqual([info.status, info.rollbackInfo], ["Stopped", undefined]);
    assert.equal(told().at(-1), "production 90/10");
    const green = (await service()).taskSets?.[1];
    const next = await ended(await deploy("v3"));
    assert.deepEqual(
      [next.status, next.errorInformation],
      [
        "Failed",
        {
          code: "INVALID_ECS_SERVICE",
          message:
            `The service api has another active task set, ${green?.id}: a deployment ended without a rollback. ` +
            "Give all traffic to one target group and delete the task set of the other.",
        },
      ],
    );
    assert.equal(told().at(-1), "production 90/10");
  });

  it("is not rolled back when that is switched off", async () => {
    const { deploy, base, report, ended, told } = await open(1000, {
      autoRollbackConfiguration: { enabled: false },
    });
    base.functions.set("on-AfterAllowTestTraffic", (event) => report(event, "Failed"));
    const info = await ended(await deploy("v2", ["AfterAllowTestTraffic"]));
    assert.deepEqual([info.status, info.rollbackInfo], ["Failed", undefined]);
    assert.deepEqual(told(), ["production 100/0", "start v2", "test 0/100"]);
  });

  it("rolls back to the second release's blue, with the groups swapped", async () => {
    const { deploy, ended, base, report, told, journal, serves, production, test, left } = await open(1000, {
      blueGreenDeploymentConfiguration: blueGreen(0),
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    });
    const first = await deploy("v2");
    assert.equal((await ended(first)).status, "Succeeded");
    await left("v2");
    journal.length = 0;
    base.functions.set("on-AfterAllowTraffic", (event) => report(event, "Failed"));
    const id = await deploy("v3", ["AfterAllowTraffic"]);
    const info = await rolledBack(id, "Failed", "HOOK_EXECUTION_FAILURE");
    await left("v2");
    assert.deepEqual(told(), [
      "production 0/100",
      "start v3",
      "test 100/0",
      "production 100/0",
      "production 0/100",
      "test 0/100",
      "stop v3",
    ]);
    assert.deepEqual([await serves(production), await serves(test)], [["v2"], ["v2"]]);
    // The rollback deploys the last good revision again.
    const [good, rollback] = [
      await local.get(first),
      await local.get(info.rollbackInfo?.rollbackDeploymentId ?? ""),
    ];
    assert.deepEqual(rollback.revision, good.revision);
    assert.deepEqual(info.previousRevision, good.revision);
  });

  it("waits in the Ready state for a person, and stops when nobody comes", async () => {
    const { deploy, client, get, ended, told } = await open(1000, {
      blueGreenDeploymentConfiguration: blueGreen(0, {
        actionOnTimeout: "STOP_DEPLOYMENT",
        waitTimeInMinutes: forever,
      }),
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    });
    const deploymentId = await deploy("v2");
    const go = (deploymentWaitType?: sdk.DeploymentWaitType) =>
      client.send(new sdk.ContinueDeploymentCommand({ deploymentId, deploymentWaitType }));
    await assert.rejects(go("READY_WAIT"), refused("DeploymentIsNotInReadyStateException"));
    const ready = await until(async () => {
      const info = await get(deploymentId);
      return info.status === "Ready" ? info : undefined;
    });
    assert.equal(ready.deploymentOverview?.Ready, 1);
    await assert.rejects(go("TERMINATION_WAIT"), refused("DeploymentIsNotInReadyStateException"));
    assert.equal(told().at(-1), "test 0/100");
    await go();
    assert.equal((await ended(deploymentId)).status, "Succeeded");
    await assert.rejects(go(), refused("DeploymentAlreadyCompletedException"));

    await client.send(
      new sdk.UpdateDeploymentGroupCommand({
        applicationName: "api",
        currentDeploymentGroupName: "api",
        blueGreenDeploymentConfiguration: blueGreen(0, {
          actionOnTimeout: "STOP_DEPLOYMENT",
          waitTimeInMinutes: 1,
        }),
      }),
    );
    const info = await ended(await deploy("v3"));
    assert.deepEqual(
      [info.status, info.errorInformation],
      ["Stopped", { code: "TIMEOUT", message: "Nobody continued the deployment in time." }],
    );
    assert.equal(told().at(-1), "test 100/0");
  });

  it("terminates blue at once when a person continues the termination wait", async () => {
    const { deploy, client, get, ended, left } = await open(1000, {
      blueGreenDeploymentConfiguration: blueGreen(forever),
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    });
    const deploymentId = await deploy("v2");
    await until(async () => (await get(deploymentId)).instanceTerminationWaitTimeStarted || undefined);
    assert.equal((await get(deploymentId)).status, "InProgress");
    await client.send(
      new sdk.ContinueDeploymentCommand({ deploymentId, deploymentWaitType: "TERMINATION_WAIT" }),
    );
    assert.equal((await ended(deploymentId)).status, "Succeeded");
    await left("v2");
  });
});
