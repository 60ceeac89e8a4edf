import assert from "node:assert/strict";
import type { ActionRun } from "./model";
import { servingAfter, type PastRelease } from "./release";

const action = (name: string, status: string, deployment?: string): ActionRun => ({
  stage: name,
  action: name,
  provider: name,
  status,
  startedAt: 0,
  deployment: deployment === undefined ? undefined : { deploymentId: "d-1", status: deployment, events: [] },
});
const release = (status: string, ...actions: ActionRun[]): PastRelease => ({
  environment: "prod",
  timeline: {
    environment: "prod",
    pipelineName: "p",
    executionId: "e",
    status,
    startedAt: 0,
    endedAt: 1,
    actions,
    predictedAwsMs: 0,
    wallMs: 0,
  },
  intended: "new",
  previous: "old",
});

describe("who serves after a release", () => {
  it("is nobody before the first", () => assert.equal(servingAfter([]), undefined));

  it("is the new version once its deployment has succeeded, also when tests fail it afterwards", () => {
    const deploy = action("Deploy", "Succeeded", "Succeeded");
    assert.equal(servingAfter([release("Succeeded", deploy, action("Verify", "Succeeded"))]), "new");
    assert.equal(servingAfter([release("Failed", deploy, action("Verify", "Failed"))]), "new");
  });

  it("is the old one when the deployment was stopped, or never began", () => {
    assert.equal(servingAfter([release("Failed", action("Deploy", "Failed", "Stopped"))]), "old");
    assert.equal(servingAfter([release("Failed", action("Build", "Failed"))]), "old");
  });
});
