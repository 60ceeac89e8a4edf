import assert from "node:assert/strict";
import type { BusEvent } from "../core/events";
import { Harness } from "./testing-aws";

describe("codebuild: events", () => {
  it("tell of a build's begin and end, and of each of its phases", async () => {
    const harness = new Harness();
    await harness.createProject();
    const told: BusEvent[] = [];
    harness.aws.events.deliverTo((event) => void told.push(event));
    const buildspec = "version: 0.2\nphases: { build: { commands: [exit 3] } }\n";
    const { id } = await harness.build(buildspec);
    await harness.close();
    assert.deepEqual(
      told.map(
        ({ detail }) =>
          detail["build-status"] ??
          `${String(detail["completed-phase"])} ${String(detail["completed-phase-status"])}`,
      ),
      [
        "IN_PROGRESS",
        "SUBMITTED SUCCEEDED",
        "QUEUED SUCCEEDED",
        "PROVISIONING SUCCEEDED",
        "DOWNLOAD_SOURCE SUCCEEDED",
        "INSTALL SUCCEEDED",
        "PRE_BUILD SUCCEEDED",
        "BUILD FAILED",
        "POST_BUILD SUCCEEDED",
        "UPLOAD_ARTIFACTS SUCCEEDED",
        "FINALIZING SUCCEEDED",
        "FAILED",
      ],
    );
    const failed = told.find(({ detail }) => detail["completed-phase-status"] === "FAILED");
    assert.equal(failed?.["detail-type"], "CodeBuild Build Phase Change");
    assert.match(String(failed?.detail["completed-phase-context"]), /^\[COMMAND_EXECUTION_ERROR: .*exit 3/);
    assert.match(
      String(failed?.detail["completed-phase-end"]),
      /^[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M$/,
    );
    const arn = `arn:aws:codebuild:us-east-1:111111111111:build/${id}`;
    const last = told.at(-1);
    assert.deepEqual(
      [last?.source, last?.["detail-type"], last?.resources, last?.detail["build-id"]],
      ["aws.codebuild", "CodeBuild Build State Change", [arn], arn],
    );
    const { phases, ...about } = last?.detail["additional-information"] as Record<string, unknown>;
    assert.equal(about["build-complete"], true);
    assert.equal((phases as unknown[]).length, 11);
  });
});
