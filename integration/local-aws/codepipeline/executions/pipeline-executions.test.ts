import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { action, approval, declare, fakePipelines, gitSource, role, type StageState } from "../fakes";

const build = (name: string, rest: Parameters<typeof action>[3] = {}) =>
  action(name, "Test/CodeBuild", { ProjectName: name }, { inputs: ["Source"], ...rest });

/** Builds that end when the test says so. */
function controlledBuilds() {
  const status = new Map<string, string>();
  const started: string[] = [];
  return {
    status,
    started,
    answers: {
      StartBuildCommand: ({ projectName }: { projectName: string }) => {
        const id = `${projectName}:${started.push(projectName)}`;
        if (!status.has(projectName)) status.set(projectName, "SUCCEEDED");
        return { build: { id } };
      },
      BatchGetBuildsCommand: ({ ids }: { ids: string[] }) => ({
        builds: [{ id: ids[0], buildStatus: status.get(ids[0]?.split(":")[0] ?? "") }],
      }),
    },
  };
}

describe("codepipeline: executions", () => {
  let pipelines: ReturnType<typeof fakePipelines>;
  afterEach(() => pipelines.close());
  const approve = async (stage: string, status = "Approved", token?: string) =>
    pipelines.call("PutApprovalResult", {
      pipelineName: "app-pipeline",
      stageName: stage,
      actionName: stage,
      token: token ?? (await pipelines.token(stage)),
      result: { status, summary: "looked at it" },
    });
  const latest = async () => {
    const answer = await pipelines.call<{ pipelineExecutionSummaries: { pipelineExecutionId: string }[] }>(
      "ListPipelineExecutions",
      { pipelineName: "app-pipeline" },
    );
    return answer.pipelineExecutionSummaries[0]?.pipelineExecutionId ?? "";
  };
  const stage = async (name: string) =>
    (
      await pipelines.call<{ stageStates: StageState[] }>("GetPipelineState", { name: "app-pipeline" })
    ).stageStates.find(({ stageName }) => stageName === name);

  it("runs equal run orders at once, the others in order, and stores the source as AWS does", async () => {
    const builds = controlledBuilds();
    builds.status.set("First", "IN_PROGRESS").set("Second", "IN_PROGRESS");
    pipelines = fakePipelines(builds.answers);
    await pipelines.create(
      declare({
        Source: [gitSource],
        Test: [build("Last", { runOrder: 2 }), build("First"), build("Second", { roleArn: role("second") })],
      }),
    );
    await pipelines.push("abc");
    await pipelines.until(async () => (builds.started.length === 2 ? true : undefined));
    assert.deepEqual([...builds.started].sort(), ["First", "Second"]);
    builds.status.set("First", "SUCCEEDED").set("Second", "SUCCEEDED");
    const id = await latest();
    assert.equal(await pipelines.ended(id), "Succeeded");
    assert.equal(builds.started[2], "Last");
    const key = (await pipelines.actions(id))[0]?.output.outputArtifacts[0]?.s3location.key ?? "";
    assert.match(key, /^app-pipeline\/Source\/[A-Za-z0-9]{7}\.zip$/);
    const stored = pipelines.aws.objects.get(`artifacts/${key}`);
    assert.deepEqual(Object.keys(unzipSync(stored ?? new Uint8Array())), ["a.txt"]);
    const actors = pipelines.aws.sent
      .filter(({ command }) => command === "StartBuildCommand")
      .map(({ as }) => as);
    assert.deepEqual(actors.sort(), [role("pipeline"), role("pipeline"), role("second")]);
  });

  it("fails the stage, lets its other actions end, and starts nothing after it", async () => {
    const builds = controlledBuilds();
    builds.status.set("Bad", "FAILED").set("Good", "IN_PROGRESS");
    pipelines = fakePipelines(builds.answers);
    await pipelines.create(
      declare({ Source: [gitSource], Test: [build("Bad"), build("Good")], Ship: [build("Ship")] }),
    );
    await pipelines.push("abc");
    const id = await latest();
    await pipelines.until(async () =>
      (await pipelines.actions(id)).some(({ status }) => status === "Failed") ? true : undefined,
    );
    assert.equal(await pipelines.status(id), "InProgress");
    builds.status.set("Good", "SUCCEEDED");
    assert.equal(await pipelines.ended(id), "Failed");
    const ended = (await pipelines.actions(id)).map(({ actionName, status }) => `${actionName} ${status}`);
    assert.deepEqual(ended.sort(), ["Bad Failed", "Good Succeeded", "Source Succeeded"]);
  });

  it("retries only the failed actions, in the same execution, and goes on", async () => {
    const builds = controlledBuilds();
    builds.status.set("Bad", "FAILED");
    pipelines = fakePipelines(builds.answers);
    await pipelines.create(
      declare({ Source: [gitSource], Test: [build("Bad"), build("Good")], Ship: [build("Ship")] }),
    );
    await pipelines.push("abc");
    const id = await latest();
    assert.equal(await pipelines.ended(id), "Failed");
    const retry = {
      pipelineName: "app-pipeline",
      stageName: "Test",
      pipelineExecutionId: id,
      retryMode: "FAILED_ACTIONS",
    };
    await assert.rejects(pipelines.call("RetryStageExecution", { ...retry, stageName: "Source" }), {
      code: "StageNotRetryableException",
    });
    builds.status.set("Bad", "SUCCEEDED");
    await pipelines.call("RetryStageExecution", retry);
    assert.equal(await pipelines.ended(id), "Succeeded");
    assert.deepEqual(builds.started.slice(2), ["Bad", "Ship"]);
  });

  it("supersedes the execution that waits, not the one that is inside", async () => {
    pipelines = fakePipelines(controlledBuilds().answers);
    await pipelines.create(
      declare({ Source: [gitSource], Approve: [approval("Approve")], Ship: [build("Ship")] }),
    );
    const ids: string[] = [];
    for (const commit of ["a", "b", "c"]) {
      await pipelines.push(commit);
      const id = await latest();
      ids.push(id);
      await pipelines.until(async () => {
        const { inboundExecution, latestExecution } = (await stage("Approve")) ?? {};
        return (
          [inboundExecution, latestExecution].some((one) => one?.pipelineExecutionId === id) || undefined
        );
      });
    }
    assert.equal(await pipelines.status(ids[1] ?? ""), "Superseded");
    await approve("Approve");
    assert.equal(await pipelines.ended(ids[0] ?? ""), "Succeeded");
    const token = await pipelines.until(async () => {
      const inside = await stage("Approve");
      return inside?.latestExecution?.pipelineExecutionId === ids[2]
        ? inside?.actionStates[0]?.latestExecution?.token
        : undefined;
    });
    await approve("Approve", "Approved", token);
    assert.equal(await pipelines.ended(ids[2] ?? ""), "Succeeded");
  });

  it("queues executions in their order in QUEUED mode, and runs them at once in PARALLEL mode", async () => {
    for (const executionMode of ["QUEUED", "PARALLEL"] as const) {
      const builds = controlledBuilds();
      builds.status.set("Slow", "IN_PROGRESS");
      pipelines = fakePipelines(builds.answers);
      await pipelines.create(declare({ Source: [gitSource], Test: [build("Slow")] }, { executionMode }));
      for (const commit of ["a", "b", "c"]) await pipelines.push(commit);
      const started = executionMode === "QUEUED" ? 1 : 3;
      await pipelines.until(async () => (builds.started.length === started ? true : undefined));
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.equal(builds.started.length, started);
      builds.status.set("Slow", "SUCCEEDED");
      assert.equal(await pipelines.ended(await latest()), "Succeeded");
      assert.equal(builds.started.length, 3);
      const versions = pipelines.aws
        .inputs("StartBuildCommand")
        .map(({ sourceVersion }) => String(sourceVersion)[0]);
      if (executionMode === "QUEUED") assert.deepEqual(versions, ["a", "b", "c"]);
      await pipelines.close();
    }
  });

  it("holds executions at a disabled transition", async () => {
    pipelines = fakePipelines(controlledBuilds().answers);
    await pipelines.create(declare({ Source: [gitSource], Ship: [build("Ship")] }));
    const transition = { pipelineName: "app-pipeline", stageName: "Source", transitionType: "Outbound" };
    await pipelines.call("DisableStageTransition", { ...transition, reason: "freeze" });
    await pipelines.push("abc");
    const id = await latest();
    await pipelines.until(async () => (await stage("Ship"))?.inboundExecution);
    const state = (await stage("Ship"))?.inboundTransitionState;
    assert.deepEqual([state?.enabled, state?.disabledReason], [false, "freeze"]);
    assert.equal(await pipelines.status(id), "InProgress");
    await pipelines.call("EnableStageTransition", transition);
    assert.equal(await pipelines.ended(id), "Succeeded");
  });

  it("a rejected approval fails the stage; its token is good once", async () => {
    pipelines = fakePipelines(controlledBuilds().answers);
    await pipelines.create(
      declare({ Source: [gitSource], Approve: [approval("Approve")], Ship: [build("Ship")] }),
    );
    await pipelines.push("abc");
    const id = await latest();
    const token = await pipelines.token("Approve");
    await assert.rejects(approve("Approve", "Approved", "other"), { code: "InvalidApprovalTokenException" });
    await approve("Approve", "Rejected", token);
    assert.equal(await pipelines.ended(id), "Failed");
    const seen = (await stage("Approve"))?.actionStates[0]?.latestExecution;
    assert.deepEqual(
      [seen?.status, seen?.summary, seen?.lastUpdatedBy, seen?.token],
      ["Failed", "looked at it", "arn:aws:iam::111111111111:user/ann", undefined],
    );
    assert.equal((await stage("Approve"))?.latestExecution?.status, "Failed");
    assert.deepEqual(pipelines.aws.inputs("StartBuildCommand"), []);
    await assert.rejects(approve("Approve", "Approved", token), {
      code: "ApprovalAlreadyCompletedException",
    });
  });

  it("an approval that nobody gives times out", async () => {
    pipelines = fakePipelines();
    await pipelines.create(
      declare({ Source: [gitSource], Approve: [approval("Approve", { timeoutInMinutes: 5 })] }),
    );
    await pipelines.push("abc");
    const id = await latest();
    assert.equal(await pipelines.ended(id), "Failed");
    assert.deepEqual((await pipelines.actions(id))[1]?.output.executionResult.errorDetails, {
      code: "TimedOut",
      message: "the approval was not given in time",
    });
  });

  it("stops after the actions that run, or abandons them", async () => {
    const builds = controlledBuilds();
    builds.status.set("Slow", "IN_PROGRESS");
    pipelines = fakePipelines(builds.answers);
    await pipelines.create(
      declare({ Source: [gitSource], Test: [build("Slow"), build("Next", { runOrder: 2 })] }),
    );
    const stop = { pipelineName: "app-pipeline", reason: "wrong commit" };
    await pipelines.push("a");
    const first = await latest();
    await pipelines.until(async () => (builds.started.length === 1 ? true : undefined));
    await pipelines.call("StopPipelineExecution", { ...stop, pipelineExecutionId: first });
    await assert.rejects(pipelines.call("StopPipelineExecution", { ...stop, pipelineExecutionId: first }), {
      code: "DuplicatedStopRequestException",
    });
    assert.equal((await stage("Test"))?.latestExecution?.status, "Stopping");
    builds.status.set("Slow", "SUCCEEDED");
    assert.equal(await pipelines.ended(first), "Stopped");
    assert.deepEqual(builds.started, ["Slow"]);
    await assert.rejects(pipelines.call("StopPipelineExecution", { ...stop, pipelineExecutionId: first }), {
      code: "PipelineExecutionNotStoppableException",
    });

    builds.status.set("Slow", "IN_PROGRESS");
    await pipelines.push("b");
    const second = await latest();
    await pipelines.until(async () => (builds.started.length === 2 ? true : undefined));
    await pipelines.call("StopPipelineExecution", { ...stop, pipelineExecutionId: second, abandon: true });
    assert.equal(await pipelines.ended(second), "Stopped");
    assert.equal((await pipelines.actions(second))[1]?.status, "Abandoned");
  });

  it("resolves pipeline variables and those of earlier actions", async () => {
    pipelines = fakePipelines(controlledBuilds().answers);
    const test = action(
      "Test",
      "Build/CodeBuild",
      {
        ProjectName: "#{variables.project}",
        EnvironmentVariables: JSON.stringify([
          { name: "COMMIT", value: "#{SourceVariables.CommitId}" },
          { name: "RUN", value: "#{codepipeline.PipelineExecutionId}" },
        ]),
      },
      { inputs: ["Source"] },
    );
    const variables = [{ name: "project" }];
    await pipelines.create(declare({ Source: [gitSource], Test: [test] }, { variables }));
    await assert.rejects(pipelines.start(), { code: "ValidationException" });
    await pipelines.push("abc").catch(() => undefined);
    const id = await pipelines.start({
      variables: [{ name: "project", value: "p1" }],
      clientRequestToken: "once",
    });
    assert.equal(await pipelines.start({ clientRequestToken: "once" }), id);
    assert.equal(await pipelines.ended(id), "Succeeded");
    const [input] = pipelines.aws.inputs("StartBuildCommand");
    assert.equal(input?.projectName, "p1");
    assert.deepEqual(input?.environmentVariablesOverride, [
      { name: "COMMIT", value: "abc".padEnd(40, "0"), type: "PLAINTEXT" },
      { name: "RUN", value: id, type: "PLAINTEXT" },
    ]);
  });

  it("fails an action whose variable nobody put out, and one whose role refuses", async () => {
    pipelines = fakePipelines(controlledBuilds().answers);
    const wrong = action(
      "Wrong",
      "Test/CodeBuild",
      { ProjectName: "#{SourceVariables.Nope}" },
      { inputs: ["Source"] },
    );
    const refused = build("Refused", { roleArn: role("refused") });
    await pipelines.create(declare({ Source: [gitSource], Test: [wrong, refused] }));
    await pipelines.push("abc");
    const id = await latest();
    assert.equal(await pipelines.ended(id), "Failed");
    const errors = (await pipelines.actions(id))
      .slice(1)
      .map(({ output }) => output.executionResult.errorDetails);
    assert.deepEqual(errors.map((error) => error?.code).sort(), ["InvalidVariable", "PermissionError"]);
    assert.ok(
      errors.some((error) =>
        error?.message.includes(
          "ProjectName refers to #{SourceVariables.Nope}: namespace SourceVariables has no variable Nope",
        ),
      ),
    );
  });
});
