import assert from "node:assert/strict";
import { action, declare, fakePipelines, gitSource } from "./codepipeline/fakes";
import { busesWith } from "./eventbridge/testing";

const target = {
  Id: "1",
  Arn: "arn:aws:codepipeline:us-east-1:111111111111:app-pipeline",
  RoleArn: "arn:aws:iam::111111111111:role/start",
};

// "At least once": https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-delivery-level.html
describe("eventbridge: a trigger that comes twice", () => {
  it("releases the same revision again, one after the other, and both come to an end", async () => {
    const building: string[] = [];
    let together = 0;
    const pipelines = fakePipelines({
      StartBuildCommand: () => {
        const id = `app:${building.length}`;
        building.push(id);
        together = Math.max(together, building.length - ended.size);
        return { build: { id } };
      },
      BatchGetBuildsCommand: ({ ids: [id = ""] }: { ids: string[] }) => {
        ended.add(id);
        return { builds: [{ id, buildStatus: "SUCCEEDED" }] };
      },
    });
    const ended = new Set<string>();
    const build = action("Build", "Build/CodeBuild", { ProjectName: "app" }, { inputs: ["Source"] });
    const source = { ...gitSource, configuration: { ...gitSource.configuration, DetectChanges: "false" } };
    await pipelines.create(declare({ Source: [source], Build: [build] }, { executionMode: "QUEUED" }));
    await pipelines.push("abc");
    const { aws, put } = busesWith([target], {
      StartPipelineExecutionCommand: (input: object) => pipelines.call("StartPipelineExecution", input),
    });
    aws.events.faults = { seed: 1, repeat: 1 };
    await put();
    const started = await pipelines.until(async () => {
      const { pipelineExecutionSummaries: all } = await pipelines.call<{
        pipelineExecutionSummaries: {
          pipelineExecutionId: string;
          status: string;
          sourceRevisions?: { revisionId: string }[];
        }[];
      }>("ListPipelineExecutions", { pipelineName: "app-pipeline" });
      const [second, first] = all;
      const over = [second, first].every((one) => one?.status === "Succeeded");
      return over ? [first, second] : undefined;
    });
    const commit = "abc".padEnd(40, "0");
    assert.deepEqual(
      started.map((one) => one?.sourceRevisions?.map(({ revisionId }) => revisionId)),
      [[commit], [commit]],
    );
    assert.equal(building.length, 2);
    assert.equal(together, 1);
    assert.deepEqual(aws.warnings, []);
    await pipelines.close();
  });
});
