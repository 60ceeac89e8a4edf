import assert from "node:assert/strict";
import type { BusEvent } from "../../core/events";
import { account, action, declare, fakePipelines, gitSource } from "../fakes";

const build = action("Build", "Build/CodeBuild", { ProjectName: "app" }, { inputs: ["Source"] });

describe("codepipeline: events", () => {
  it("tell of the execution, its stages and its actions, in order, and of a retry", async () => {
    let status = "FAILED";
    const pipelines = fakePipelines({
      StartBuildCommand: () => ({ build: { id: "app:1" } }),
      BatchGetBuildsCommand: () => ({ builds: [{ id: "app:1", buildStatus: status }] }),
    });
    await pipelines.create(declare({ Source: [gitSource], Build: [build] }));
    const told: BusEvent[] = [];
    pipelines.aws.events.deliverTo((event) => void told.push(event));
    await pipelines.push("abc");
    const { pipelineExecutionSummaries } = await pipelines.call<{
      pipelineExecutionSummaries: { pipelineExecutionId: string }[];
    }>("ListPipelineExecutions", { pipelineName: "app-pipeline" });
    const id = pipelineExecutionSummaries[0]?.pipelineExecutionId ?? "";
    assert.equal(await pipelines.ended(id), "Failed");
    const brief = () =>
      told.splice(0).map(({ "detail-type": type, detail }) => {
        const { stage, action: name, state } = detail as Record<string, string | undefined>;
        return [type.replace(/^CodePipeline | Execution State Change$/g, ""), stage, name, state]
          .filter(Boolean)
          .join(" ");
      });
    const build1 = told.find(({ detail }) => detail.action === "Build" && detail.state === "FAILED");
    const { "start-time": startTime, ...detail } = build1?.detail ?? {};
    assert.equal(typeof startTime, "string");
    const arn = `arn:aws:codepipeline:us-east-1:${account}:app-pipeline`;
    assert.deepEqual(
      [build1?.source, build1?.account, build1?.region, build1?.resources],
      ["aws.codepipeline", account, "us-east-1", [arn]],
    );
    const { "input-artifacts": inputs, "execution-result": result, ...about } = detail;
    assert.deepEqual(about, {
      pipeline: "app-pipeline",
      "execution-id": id,
      stage: "Build",
      action: "Build",
      state: "FAILED",
      region: "us-east-1",
      type: { owner: "AWS", provider: "CodeBuild", category: "Build", version: "1" },
      version: 1,
    });
    assert.equal((inputs as { name: string }[])[0]?.name, "Source");
    assert.equal((result as Record<string, string>)["external-execution-id"], "app:1");
    assert.deepEqual(brief(), [
      "Pipeline STARTED",
      "Stage Source STARTED",
      "Action Source Source STARTED",
      "Action Source Source SUCCEEDED",
      "Stage Source SUCCEEDED",
      "Stage Build STARTED",
      "Action Build Build STARTED",
      "Action Build Build FAILED",
      "Stage Build FAILED",
      "Pipeline FAILED",
    ]);
    status = "SUCCEEDED";
    await pipelines.call("RetryStageExecution", {
      pipelineName: "app-pipeline",
      pipelineExecutionId: id,
      stageName: "Build",
      retryMode: "FAILED_ACTIONS",
    });
    assert.equal(await pipelines.ended(id), "Succeeded");
    assert.deepEqual(brief(), [
      "Pipeline RESUMED",
      "Stage Build RESUMED",
      "Action Build Build STARTED",
      "Action Build Build SUCCEEDED",
      "Stage Build SUCCEEDED",
      "Pipeline SUCCEEDED",
    ]);
    await pipelines.close();
  });
});
