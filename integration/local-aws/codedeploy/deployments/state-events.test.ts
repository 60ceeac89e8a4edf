import assert from "node:assert/strict";
import type { BusEvent } from "../../core/events";
import { release } from "../testing";

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
});
