import assert from "node:assert/strict";
import type { BusEvent } from "../core/events";
import { setting, until } from "../testing/ecs";

describe("ecs: events", () => {
  it("tell of a task's course, and when its set and its service are steady", async () => {
    const local = await setting(1000);
    const told: BusEvent[] = [];
    local.aws.events.deliverTo((event) => void told.push(event));
    await local.createService("v1");
    const steady = () => told.find(({ detail }) => detail.eventName === "SERVICE_STEADY_STATE");
    await until(() => steady());
    const brief = told.map(({ detail }) => detail.eventName ?? detail.lastStatus);
    assert.deepEqual(brief, [
      "PROVISIONING",
      "PENDING",
      "RUNNING",
      "TASKSET_STEADY_STATE",
      "SERVICE_STEADY_STATE",
    ]);
    const running = told[2];
    assert.deepEqual(
      [running?.source, running?.["detail-type"], running?.resources],
      ["aws.ecs", "ECS Task State Change", [running?.detail.taskArn]],
    );
    const { version, desiredStatus, launchType, startedAt } = running?.detail ?? {};
    assert.deepEqual([version, desiredStatus, launchType], [3, "RUNNING", "FARGATE"]);
    assert.match(String(startedAt), /^\d{4}-\d\d-\d\dT.*Z$/);
    const { createdAt, ...action } = steady()?.detail ?? {};
    assert.equal(typeof createdAt, "string");
    assert.deepEqual(action, {
      eventType: "INFO",
      eventName: "SERVICE_STEADY_STATE",
      clusterArn: running?.detail.clusterArn,
    });
    assert.match(steady()?.resources[0] ?? "", /:service\/main\/api$/);
    await local.close();
  });
});
