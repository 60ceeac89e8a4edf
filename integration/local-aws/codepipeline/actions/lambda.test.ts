import assert from "node:assert/strict";
import { minutes, type Clock } from "../../core/clock";
import { action, caller, declare, fakePipelines, role, zipOf, type Answers } from "../fakes";

interface Event {
  "CodePipeline.job": { id: string; accountId: string; data: Record<string, unknown> };
}

const source = action(
  "Source",
  "Source/S3",
  { S3Bucket: "b", S3ObjectKey: "t.zip" },
  { outputs: ["Release"] },
);
const invoke = action(
  "Promote",
  "Invoke/Lambda",
  { FunctionName: "promote", UserParameters: "to prod" },
  { inputs: ["Release"], namespace: "P", roleArn: role("promote") },
);

describe("codepipeline: Lambda", () => {
  let pipelines: ReturnType<typeof fakePipelines>;
  afterEach(() => pipelines.close());

  async function start(work: (event: Event) => unknown, prepare: (clock: Clock) => void = () => undefined) {
    const answers: Answers = {
      InvokeCommand: ({ Payload }: { Payload: Buffer }) => work(JSON.parse(Payload.toString()) as Event),
    };
    pipelines = fakePipelines(answers);
    prepare(pipelines.aws.clock);
    pipelines.aws.objects.set("b/t.zip", zipOf({ a: "" }));
    await pipelines.call("CreatePipeline", { pipeline: declare({ Source: [source], Promote: [invoke] }) });
    const { pipelineExecutionSummaries } = await pipelines.call<{
      pipelineExecutionSummaries: { pipelineExecutionId: string }[];
    }>("ListPipelineExecutions", { pipelineName: "app-pipeline" });
    return pipelineExecutionSummaries[0]?.pipelineExecutionId ?? "";
  }

  it("gives the function the documented job, and takes its result", async () => {
    let job: Event["CodePipeline.job"] | undefined;
    const id = await start(async (event) => {
      job = event["CodePipeline.job"];
      await pipelines.call("PutJobSuccessResult", {
        jobId: job.id,
        executionDetails: { summary: "copied", externalExecutionId: "x-1" },
        outputVariables: { digest: "sha256:abc" },
      });
      return {};
    });
    assert.equal(await pipelines.ended(id), "Succeeded");
    const [released, promoted] = await pipelines.actions(id);
    const key = released?.output.outputArtifacts[0]?.s3location.key;
    assert.equal(job?.accountId, "111111111111");
    assert.deepEqual(job?.data, {
      actionConfiguration: { configuration: { FunctionName: "promote", UserParameters: "to prod" } },
      inputArtifacts: [
        {
          name: "Release",
          revision: "v1",
          location: { type: "S3", s3Location: { bucketName: "artifacts", objectKey: key } },
        },
      ],
      outputArtifacts: [],
      artifactCredentials: {
        accessKeyId: role("promote"),
        secretAccessKey: "secret",
        sessionToken: "codepipeline-app-pipeline",
      },
    });
    assert.deepEqual(promoted?.output.outputVariables, { digest: "sha256:abc" });
    assert.equal(promoted?.output.executionResult.externalExecutionSummary, "copied");
    const again = { jobId: job?.id };
    await assert.rejects(pipelines.call("PutJobSuccessResult", again), { code: "InvalidJobStateException" });
    await assert.rejects(pipelines.call("GetJobDetails", again, { ...caller, account: "222222222222" }), {
      code: "JobNotFoundException",
    });
    const { jobDetails } = await pipelines.call<{
      jobDetails: { data: { pipelineContext: { pipelineName: string } } };
    }>("GetJobDetails", again);
    assert.equal(jobDetails.data.pipelineContext.pipelineName, "app-pipeline");
  });

  it("invokes the function again with its continuation token", async () => {
    const tokens: unknown[] = [];
    const id = await start(async ({ "CodePipeline.job": job }) => {
      const continuationToken = tokens.push(job.data.continuationToken) === 1 ? "step 2" : undefined;
      await pipelines.call("PutJobSuccessResult", { jobId: job.id, continuationToken });
      return {};
    });
    assert.equal(await pipelines.ended(id), "Succeeded");
    assert.deepEqual(tokens, [undefined, "step 2"]);
  });

  it("fails with the failure that the function reports", async () => {
    const id = await start(async ({ "CodePipeline.job": job }) => {
      const failureDetails = { type: "JobFailed", message: "the digest differs" };
      await pipelines.call("PutJobFailureResult", { jobId: job.id, failureDetails });
      return {};
    });
    assert.equal(await pipelines.ended(id), "Failed");
    assert.deepEqual((await pipelines.actions(id))[1]?.output.executionResult.errorDetails, {
      code: "JobFailed",
      message: "the digest differs",
    });
  });

  it("fails at once when Lambda refuses the invocation", async () => {
    const id = await start(() => Promise.reject(new Error("Function not found: promote")));
    assert.equal(await pipelines.ended(id), "Failed");
    assert.deepEqual((await pipelines.actions(id))[1]?.output.executionResult.errorDetails, {
      code: "ConfigurationError",
      message: "Lambda: Function not found: promote",
    });
  });

  it("fails when the function has not reported after 20 minutes", async () => {
    const id = await start(
      () => ({}),
      (clock) => {
        const sleep = clock.sleep.bind(clock);
        clock.sleep = (ms, signal) => (ms >= minutes(20) ? Promise.resolve() : sleep(ms, signal));
      },
    );
    assert.equal(await pipelines.ended(id), "Failed");
    assert.deepEqual((await pipelines.actions(id))[1]?.output.executionResult.errorDetails, {
      code: "TimedOut",
      message:
        "the function promote did not report the result of the job within 20 minutes: it returned, or still runs, without reporting",
    });
  });

  it("tries a function that throws again, as Lambda does, and shows its error before the time is over", async () => {
    let tries = 0;
    const id = await start(() => {
      tries++;
      return { FunctionError: "Unhandled", Payload: Buffer.from('{"errorMessage":"no such bucket"}') };
    });
    await pipelines.until(async () => (tries === 3 ? true : undefined));
    const [, promoted] = await pipelines.actions(id);
    assert.equal(promoted?.status, "InProgress");
    assert.equal(
      promoted?.output.executionResult.externalExecutionSummary,
      'the function failed: {"errorMessage":"no such bucket"}',
    );
  });
});
