import assert from "node:assert/strict";
import { ContinueDeploymentCommand } from "@aws-sdk/client-codedeploy";
import type { BusEvent } from "../../core/events";
import { until } from "../../testing/ecs";
import { blueGreen, release } from "../testing";

describe("codedeploy: events", () => {
  it("tell of a deployment's begin and end, and of its rollback", async () => {
    const local = await release();
    const told: BusEvent[] = [];
    // ECS and others tell of theirs as well.
    local.aws.events.deliverTo((event) => void (event.source === "aws.codedeploy" && told.push(event)));
    const states = () =>
      told.splice(0).map(({ detail }) => `${String(detail.deploymentId)} ${String(detail.state)}`);
    const good = await local.deploy("v2");
    await local.ended(good);
    const prefix = "arn:aws:codedeploy:us-east-1:111111111111";
    const [{ detail, ...event } = assert.fail("no event")] = told.filter(
      ({ source }) => source === "aws.codedeploy",
    );
    const { instanceGroupId, ...about } = detail;
    assert.equal(typeof instanceGroupId, "string");
    assert.deepEqual(
      [event["detail-type"], event.resources],
      [
        "CodeDeploy Deployment State-change Notification",
        [`${prefix}:application:api`, `${prefix}:deploymentgroup:api/api`],
      ],
    );
    assert.deepEqual(about, {
      region: "us-east-1",
      deploymentId: good,
      deploymentGroup: "api",
      state: "START",
      application: "api",
    });
    assert.deepEqual(states(), [`${good} START`, `${good} SUCCESS`]);

    local.base.functions.set("on-AfterAllowTraffic", () => Promise.reject(new Error("broken")));
    const bad = await local.deploy("v3", ["AfterAllowTraffic"]);
    const { rollbackInfo } = await local.ended(bad);
    const back = rollbackInfo?.rollbackDeploymentId;
    assert.deepEqual(states(), [`${bad} START`, `${back} START`, `${back} SUCCESS`, `${bad} FAILURE`]);
    await local.close();
  });

  it("tell when it waits for somebody, and when it goes on", async () => {
    const ready = { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: 2000 } as const;
    const local = await release(1000, { blueGreenDeploymentConfiguration: blueGreen(0, ready) });
    const states: unknown[] = [];
    local.aws.events.deliverTo(({ source, detail }) => {
      if (source === "aws.codedeploy") states.push(detail.state);
    });
    const id = await local.deploy("v2");
    await until(() => (states.includes("READY") ? true : undefined));
    assert.deepEqual((await local.get(id)).deploymentOverview?.Ready, 1);
    await local.client.send(
      new ContinueDeploymentCommand({ deploymentId: id, deploymentWaitType: "READY_WAIT" }),
    );
    await local.ended(id);
    assert.deepEqual(states, ["START", "READY", "START", "SUCCESS"]);
    await local.close();
  });
});
