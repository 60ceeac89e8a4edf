import assert from "node:assert/strict";
import type { ActionRun, ReleaseTimeline } from "./model";
import { beginOf, canaryPeriod, endOf } from "./periods";

const action = (
  stage: string,
  startedAt: number,
  deployment?: Partial<ActionRun["deployment"]>,
): ActionRun => ({
  stage,
  action: stage,
  provider: deployment ? "CodeDeployToECS" : "S3",
  status: "Succeeded",
  startedAt,
  endedAt: startedAt + 100,
  deployment: deployment && { deploymentId: "d-1", status: "Succeeded", events: [], ...deployment },
});
const release = (actions: ActionRun[]): ReleaseTimeline => ({
  environment: "prod",
  pipelineName: "trivia-api-prod",
  executionId: "e1",
  status: "Succeeded",
  startedAt: 1000,
  endedAt: 9000,
  wallMs: 80,
  predictedAwsMs: 8000,
  actions,
});

describe("the periods of a release", () => {
  const events = [{ name: "AllowTraffic", status: "Succeeded", startedAt: 6000, endedAt: 7000 }];
  const deployed = release([
    action("Source", 1000),
    action("Approve", 1100),
    action("Deploy", 5000, { endedAt: 8000, events }),
  ]);
  const rejected = release([action("Source", 1000), action("Approve", 1100)]);

  it("it can touch nobody before its deployment: until then, what clients meet is the release's before it", () => {
    assert.equal(beginOf(deployed), 5000);
    assert.equal(beginOf(rejected), 1000);
  });

  it("ends with its deployment, and has production traffic from AllowTraffic on", () => {
    assert.equal(endOf(deployed), 8000);
    assert.deepEqual(canaryPeriod(deployed), { from: 6000, to: 8000, shiftedAt: 7000 });
    assert.equal(endOf(rejected), 9000);
    assert.equal(canaryPeriod(rejected), undefined);
  });
});
