import assert from "node:assert/strict";
import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { validateDeclaration, withDefaults } from "./declaration";
import { action, approval, caller, declare, fakePipelines, gitSource, role } from "../fakes";

const build = (rest: Parameters<typeof action>[3] = {}, configuration: Record<string, string> = {}) =>
  action("Build", "Build/CodeBuild", { ProjectName: "p", ...configuration }, { inputs: ["Source"], ...rest });
const valid = () => declare({ Source: [gitSource], Build: [build({ outputs: ["Built"] })] });
const withBuild = (...actions: ReturnType<typeof action>[]) =>
  declare({ Source: [gitSource], Build: actions });

describe("codepipeline: declarations", () => {
  const refused: [string, PipelineDeclaration, string, string][] = [
    [
      "a name with a space",
      { ...valid(), name: "my pipeline" },
      "ValidationException",
      "'my pipeline' at 'pipeline.name'",
    ],
    ["no role", { ...valid(), roleArn: "role" }, "ValidationException", "an IAM role's ARN"],
    [
      "no artifact store",
      { ...valid(), artifactStore: undefined },
      "InvalidStructureException",
      "either artifactStore",
    ],
    ["one stage", declare({ Source: [gitSource] }), "InvalidStructureException", "minimum of 2 stages"],
    [
      "no source first",
      declare({ A: [approval("A")], B: [approval("B")] }),
      "InvalidStructureException",
      "only contains source actions",
    ],
    [
      "a source later",
      withBuild({ ...gitSource, name: "Again" }),
      "InvalidStructureException",
      "Only the first stage",
    ],
    [
      "an action name twice",
      withBuild(approval("A"), approval("A")),
      "InvalidActionDeclarationException",
      "A is used more than once in Build",
    ],
    ["an empty stage", withBuild(), "InvalidStageDeclarationException", "at least one action"],
    [
      "an artifact that nothing makes",
      withBuild(build({ inputs: ["Nope"] })),
      "InvalidActionDeclarationException",
      "Input Artifact Bundle Nope in action Build is not declared",
    ],
    [
      "an artifact made at the same time",
      withBuild(build({ outputs: ["Built"] }), { ...build({ inputs: ["Built"] }), name: "Next" }),
      "InvalidActionDeclarationException",
      "Built in action Next",
    ],
    [
      "an output name twice",
      withBuild(build({ outputs: ["Source"] })),
      "InvalidActionDeclarationException",
      "Source has been used more than once",
    ],
    [
      "too few inputs",
      withBuild(build({ inputs: [] })),
      "InvalidActionDeclarationException",
      "declares 0 input artifacts which is less than the minimum count (1)",
    ],
    [
      "too many outputs",
      withBuild(approval("A", { outputArtifacts: [{ name: "x" }] })),
      "InvalidActionDeclarationException",
      "more than the maximum count (0)",
    ],
    [
      "run order 0",
      withBuild(build({ runOrder: 0 })),
      "ValidationException",
      "'0' at 'runOrder' of action Build",
    ],
    [
      "required configuration missing",
      withBuild(build({}, { ProjectName: "" })),
      "InvalidActionDeclarationException",
      "missing required configuration 'ProjectName'",
    ],
    [
      "unknown configuration",
      withBuild(build({}, { Projekt: "p" })),
      "InvalidActionDeclarationException",
      "unknown configuration 'Projekt'",
    ],
    [
      "an undeclared namespace",
      withBuild(build({}, { ProjectName: "#{Later.x}" })),
      "InvalidActionDeclarationException",
      "refers to namespace 'Later'",
    ],
    [
      "a namespace twice",
      withBuild(build({ namespace: "SourceVariables" })),
      "InvalidActionDeclarationException",
      "SourceVariables has been used",
    ],
    [
      "triggers in V1",
      { ...valid(), pipelineType: "V1", triggers: [trigger("Source")] },
      "InvalidStructureException",
      "type V2",
    ],
    [
      "QUEUED in V1",
      { ...valid(), pipelineType: "V1", executionMode: "QUEUED" },
      "InvalidStructureException",
      "QUEUED",
    ],
    [
      "a trigger on no source",
      { ...valid(), triggers: [trigger("Build")] },
      "InvalidStructureException",
      "refers to source action Build",
    ],
    [
      "a timeout on a build",
      withBuild(build({ timeoutInMinutes: 5 })),
      "InvalidActionDeclarationException",
      "for manual approvals",
    ],
    [
      "an approval of 4 minutes",
      withBuild(approval("A", { timeoutInMinutes: 4 })),
      "ValidationException",
      "between 5 and 86400",
    ],
    [
      "an unknown provider",
      withBuild(action("Do", "Deploy/CloudFormation", {}, {})),
      "NotImplemented",
      "not implemented: CodePipeline action AWS/CloudFormation",
    ],
    [
      "batch builds",
      withBuild(build({}, { BatchEnabled: "true" })),
      "NotImplemented",
      "AWS/CodeBuild with BatchEnabled",
    ],
    ["another region", withBuild(build({ region: "eu-west-1" })), "NotImplemented", "eu-west-1"],
    [
      "an unknown type of pipeline",
      { ...valid(), pipelineType: "V3" as "V2" },
      "ValidationException",
      "'V3' at 'pipeline.pipelineType'",
    ],
    [
      "four filters of a trigger",
      {
        ...valid(),
        triggers: [
          trigger(
            "Source",
            Array.from({ length: 4 }, () => ["main"]),
          ),
        ],
      },
      "ValidationException",
      "4 push filters, more than 3",
    ],
    [
      "nine patterns of a trigger",
      { ...valid(), triggers: [trigger("Source", [Array.from({ length: 9 }, () => "main")])] },
      "ValidationException",
      "a list of 9 patterns, more than 8",
    ],
  ];
  for (const [what, declaration, code, message] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(
        () => validateDeclaration(withDefaults(declaration, 1), "us-east-1"),
        (error: Error) => {
          assert.equal(error.name, code);
          assert.ok(error.message.includes(message), error.message);
          return true;
        },
      ));
  }

  it("gives a declaration back as it was given, with the defaults of AWS, and counts versions", async () => {
    const pipelines = fakePipelines();
    const given: PipelineDeclaration = {
      ...valid(),
      executionMode: "QUEUED",
      variables: [{ name: "target", defaultValue: "blue", description: "where to" }],
      triggers: [trigger("Source")],
      artifactStore: { type: "S3", location: "artifacts", encryptionKey: { id: "key", type: "KMS" } },
    };
    const tags = [{ key: "team", value: "trivia" }];
    await pipelines.call("CreatePipeline", { pipeline: given, tags });
    await assert.rejects(pipelines.call("CreatePipeline", { pipeline: given }), {
      code: "PipelineNameInUseException",
    });
    const { pipeline, metadata } = await pipelines.call<{
      pipeline: unknown;
      metadata: { pipelineArn: string };
    }>("GetPipeline", { name: "app-pipeline" });
    const [source, built] = given.stages ?? [];
    assert.deepEqual(pipeline, {
      ...given,
      version: 1,
      stages: [
        { ...source, actions: source?.actions?.map((one) => ({ ...one, runOrder: 1 })) },
        { ...built, actions: built?.actions?.map((one) => ({ ...one, runOrder: 1 })) },
      ],
    });
    const resourceArn = metadata.pipelineArn;
    assert.equal(resourceArn, "arn:aws:codepipeline:us-east-1:111111111111:app-pipeline");
    await pipelines.call("TagResource", { resourceArn, tags: [{ key: "more", value: "1" }] });
    await pipelines.call("UntagResource", { resourceArn, tagKeys: ["team"] });
    assert.deepEqual(await pipelines.call("ListTagsForResource", { resourceArn }), {
      tags: [{ key: "more", value: "1" }],
    });
    const updated = await pipelines.call<{ pipeline: { version: number } }>("UpdatePipeline", {
      pipeline: { ...given, roleArn: role("other") },
    });
    assert.equal(updated.pipeline.version, 2);
    const first = await pipelines.call<{ pipeline: { roleArn: string } }>("GetPipeline", {
      name: "app-pipeline",
      version: 1,
    });
    assert.equal(first.pipeline.roleArn, role("pipeline"));
    await assert.rejects(pipelines.call("GetPipeline", { name: "app-pipeline", version: 3 }), {
      code: "PipelineVersionNotFoundException",
    });
    await assert.rejects(
      pipelines.call("GetPipeline", { name: "app-pipeline" }, { ...caller, account: "222222222222" }),
      {
        code: "PipelineNotFoundException",
        message: "Account '222222222222' does not have a pipeline with name 'app-pipeline'",
      },
    );
    await pipelines.call("DeletePipeline", { name: "app-pipeline" });
    await assert.rejects(pipelines.call("GetPipelineState", { name: "app-pipeline" }), {
      code: "PipelineNotFoundException",
    });
    await pipelines.close();
  });

  it("starts a new pipeline once by itself, as AWS does", async () => {
    const pipelines = fakePipelines();
    await pipelines.create(valid());
    const { pipelineExecutionSummaries: all } = await pipelines.call<{
      pipelineExecutionSummaries: { trigger: unknown; status: string }[];
    }>("ListPipelineExecutions", { pipelineName: "app-pipeline" });
    assert.deepEqual(
      all.map(({ trigger, status }) => ({ trigger, status })),
      [
        {
          trigger: { triggerType: "CreatePipeline", triggerDetail: "arn:aws:iam::111111111111:user/ann" },
          status: "Failed",
        },
      ],
    );
    const [source] = await pipelines.actions();
    assert.deepEqual(source?.output.executionResult.errorDetails, {
      code: "JobFailed",
      message: "No Branch [main] found for FullRepositoryName [team/app]",
    });
    await pipelines.close();
  });
});

function trigger(sourceActionName: string, branches = [["main"]]) {
  return {
    providerType: "CodeStarSourceConnection" as const,
    gitConfiguration: {
      sourceActionName,
      push: branches.map((includes) => ({ branches: { includes } })),
    },
  };
}
