import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codepipeline";
import { refusesOthers } from "../core/members-walk";
import { approval, caller, declare, fakePipelines, gitSource } from "./fakes";
import { obeyed } from "./members";

describe("members of CodePipeline's requests", () => {
  const pipelines = fakePipelines();
  after(() => pipelines.close());
  refusesOthers({ name: "CodePipeline", sdk, obeyed }, () => pipelines.operations, caller);

  it("are refused by value where only some are valid", async () => {
    const valid = declare({ Source: [gitSource], A: [approval("A")] });
    const refuses = (operation: string, input: object, code: string, message: RegExp) =>
      assert.rejects(pipelines.call(operation, input), { code, message });
    const artifactStore = { type: "EBS", location: "artifacts" };
    await refuses(
      "CreatePipeline",
      { pipeline: { ...valid, artifactStore } },
      "NotImplemented",
      /with pipeline\.artifactStore\.type "EBS" \(S3 is here\)$/,
    );
    // What tools send of what they were told nothing about.
    const push = [{ branches: { includes: ["main"], excludes: [] }, tags: {} }];
    const gitConfiguration = { sourceActionName: "Source", push, pullRequest: [] };
    const triggers = [{ providerType: "CodeStarSourceConnection", gitConfiguration }];
    await pipelines.create({ ...valid, triggers } as typeof valid);
    const start = (revisionType: string) => ({
      name: "app-pipeline",
      sourceRevisions: [{ actionName: "Source", revisionType, revisionValue: "1".repeat(40) }],
    });
    const invalid = "ValidationException";
    await refuses("StartPipelineExecution", start("IMAGE_DIGEST"), invalid, /set: \[COMMIT_ID\]$/);
    await refuses("StartPipelineExecution", start("TAG"), invalid, /Value 'TAG' at 'sourceRevisions/);
    const list = { pipelineName: "app-pipeline", maxResults: 101 };
    await refuses("ListPipelineExecutions", list, invalid, /between 1 and 100$/);
    const page = { pipelineName: "app-pipeline", nextToken: "x" };
    await refuses("ListPipelineExecutions", page, "InvalidNextTokenException", /not valid/);
  });
});
