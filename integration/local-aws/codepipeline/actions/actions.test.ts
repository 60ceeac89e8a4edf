import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { action, declare, fakePipelines, gitSource, role, zipOf, type Answers } from "../fakes";

const digest = "111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:abc";
const taskdef = JSON.stringify({
  family: "app",
  containerDefinitions: [{ name: "app", image: "<IMAGE1_NAME>" }],
});
const appspec =
  "version: 0.0\nResources:\n  - TargetService:\n      Properties:\n        TaskDefinition: <TASK_DEFINITION>\n";
const s3Source = action(
  "Templates",
  "Source/S3",
  { S3Bucket: "b", S3ObjectKey: "t.zip" },
  { outputs: ["Templates"], namespace: "T" },
);

/** Runs a pipeline of a source, with `files` in it, and one action; gives the action's execution. */
async function run(
  one: ReturnType<typeof action>,
  answers: Answers,
  files: Record<string, string> = {},
  rest = {},
) {
  const pipelines = fakePipelines(answers);
  pipelines.aws.objects.set("b/t.zip", zipOf(files));
  await pipelines.call("CreatePipeline", { pipeline: declare({ Source: [s3Source], Act: [one] }, rest) });
  const [id] = (
    await pipelines.call<{ pipelineExecutionSummaries: { pipelineExecutionId: string }[] }>(
      "ListPipelineExecutions",
      {
        pipelineName: "app-pipeline",
      },
    )
  ).pipelineExecutionSummaries.map(({ pipelineExecutionId }) => pipelineExecutionId);
  const status = await pipelines.ended(id ?? "");
  const [source, acted] = await pipelines.actions(id);
  await pipelines.close();
  const error = acted?.output.executionResult.errorDetails;
  return { aws: pipelines.aws, status, source, acted, error: error && `${error.code}: ${error.message}` };
}

describe("codepipeline: S3 source", () => {
  it("copies the object as its role, with the store's key, and tells its version", async () => {
    const builds: Answers = {
      StartBuildCommand: () => ({ build: { id: "b" } }),
      BatchGetBuildsCommand: () => ({ builds: [{ buildStatus: "SUCCEEDED" }] }),
    };
    const test = action("Test", "Test/CodeBuild", { ProjectName: "p" }, { inputs: ["Templates"] });
    const artifactStore = { type: "S3", location: "artifacts", encryptionKey: { id: "key-1", type: "KMS" } };
    const { aws, source } = await run(test, builds, { a: "1" }, { artifactStore });
    assert.deepEqual(source?.output.outputVariables, {
      BucketName: "b",
      ETag: "e1",
      ObjectKey: "t.zip",
      VersionId: "v1",
    });
    const [put] = aws.inputs("PutObjectCommand");
    assert.equal(put?.Bucket, "artifacts");
    assert.match(String(put?.Key), /^app-pipeline\/Templates\/\w{7}\.zip$/);
    assert.deepEqual([put?.ServerSideEncryption, put?.SSEKMSKeyId], ["aws:kms", "key-1"]);
    assert.equal(aws.inputs("StartBuildCommand")[0]?.encryptionKeyOverride, "key-1");
  });

  it("fails when the object is not there, or is no zip", async () => {
    const pipelines = fakePipelines();
    const test = action("Test", "Test/CodeBuild", { ProjectName: "p" }, { inputs: ["Templates"] });
    await pipelines.create(declare({ Source: [s3Source], Test: [test] }));
    pipelines.aws.objects.set("b/t.zip", new Uint8Array([1, 2, 3]));
    await pipelines.ended(await pipelines.start());
    const errors = (await pipelines.actions()).map(
      ({ output }) => output.executionResult.errorDetails?.message,
    );
    assert.deepEqual(errors, [
      'The object with key "t.zip" does not exist in bucket "b"',
      "s3://b/t.zip is not a zip file",
    ]);
    await pipelines.close();
  });
});

describe("codepipeline: CodeBuild", () => {
  const configuration = {
    ProjectName: "p",
    PrimarySource: "Source",
    EnvironmentVariables: '[{"name":"A","value":"1","type":"PARAMETER_STORE"}]',
  };
  const rest = { inputs: ["Templates", "Source"], outputs: ["Built", "Reports"] };

  it("overrides sources and artifacts of the project exactly, and takes the exported variables", async () => {
    const pipelines = fakePipelines({
      StartBuildCommand: () => ({ build: { id: "p:1" } }),
      BatchGetBuildsCommand: () => ({
        builds: [{ buildStatus: "SUCCEEDED", exportedEnvironmentVariables: [{ name: "V", value: "1.2" }] }],
      }),
    });
    pipelines.aws.objects.set("b/t.zip", zipOf({ a: "" }));
    const build = action("Build", "Build/CodeBuild", configuration, { ...rest, roleArn: role("build") });
    await pipelines.create(declare({ Source: [gitSource, s3Source], Build: [build] }));
    await pipelines.push("abc");
    const id = await pipelines.start();
    assert.equal(await pipelines.ended(id), "Succeeded");
    const actions = await pipelines.actions(id);
    const [source, templates] = ["Source", "Templates"].map(
      (name) =>
        actions.find(({ actionName }) => actionName === name)?.output.outputArtifacts[0]?.s3location.key,
    );
    const built = actions.find(({ actionName }) => actionName === "Build");
    const [first, second] = (built?.output.outputArtifacts ?? []).map(({ s3location }) => s3location.key);
    const artifact = (key = "") => ({
      type: "S3",
      location: "artifacts",
      path: key.slice(0, key.lastIndexOf("/")),
      name: key.slice(key.lastIndexOf("/") + 1),
      packaging: "ZIP",
      namespaceType: "NONE",
      overrideArtifactName: false,
    });
    assert.deepEqual(pipelines.aws.inputs("StartBuildCommand").at(-1), {
      projectName: "p",
      sourceTypeOverride: "S3",
      sourceLocationOverride: `artifacts/${source}`,
      sourceVersion: "abc".padEnd(40, "0"),
      secondarySourcesOverride: [
        { type: "S3", location: `artifacts/${templates}`, sourceIdentifier: "Templates" },
      ],
      artifactsOverride: artifact(first),
      secondaryArtifactsOverride: [{ ...artifact(second), artifactIdentifier: "Reports" }],
      environmentVariablesOverride: [{ name: "A", value: "1", type: "PARAMETER_STORE" }],
    });
    assert.deepEqual(built?.output.outputVariables, { V: "1.2" });
    assert.equal(built?.output.executionResult.externalExecutionId, "p:1");
    await pipelines.close();
  });

  it("fails with what the failed phase says", async () => {
    const message = "Error while executing command: npm test. Reason: exit status 1";
    const { status, error } = await run(
      action("Build", "Build/CodeBuild", { ProjectName: "p" }, { inputs: ["Templates"] }),
      {
        StartBuildCommand: () => ({ build: { id: "p:1" } }),
        BatchGetBuildsCommand: () => ({
          builds: [
            {
              buildStatus: "FAILED",
              phases: [
                {
                  phaseType: "INSTALL",
                  phaseStatus: "SUCCEEDED",
                  contexts: [{ statusCode: "", message: "" }],
                },
                {
                  phaseType: "BUILD",
                  phaseStatus: "FAILED",
                  contexts: [{ statusCode: "COMMAND_EXECUTION_ERROR", message }],
                },
              ],
            },
          ],
        }),
      },
    );
    assert.equal(status, "Failed");
    assert.equal(
      error,
      `JobFailed: Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: ${message}`,
    );
  });

  it("starts nothing when the environment variables are not valid", async () => {
    const build = action(
      "Build",
      "Build/CodeBuild",
      { ProjectName: "p", EnvironmentVariables: "[{]" },
      { inputs: ["Templates"] },
    );
    const { aws, error } = await run(build, {});
    assert.match(error ?? "", /^ConfigurationError: EnvironmentVariables of the action is not valid: /);
    assert.deepEqual(aws.inputs("StartBuildCommand"), []);
  });
});

describe("codepipeline: CodeDeployToECS", () => {
  const deploy = action(
    "Deploy",
    "Deploy/CodeDeployToECS",
    {
      ApplicationName: "app",
      DeploymentGroupName: "group",
      TaskDefinitionTemplateArtifact: "Templates",
      AppSpecTemplateArtifact: "Templates",
      Image1ArtifactName: "Templates",
      Image1ContainerName: "IMAGE1_NAME",
    },
    { inputs: ["Templates"] },
  );
  const good = {
    "taskdef.json": taskdef,
    "appspec.yaml": appspec,
    "imageDetail.json": JSON.stringify({ ImageURI: digest }),
  };
  const answers = (deploymentInfo: object): Answers => ({
    RegisterTaskDefinitionCommand: () => ({ taskDefinition: { taskDefinitionArn: "arn:task:7" } }),
    CreateDeploymentCommand: () => ({ deploymentId: "d-1" }),
    GetDeploymentCommand: () => ({ deploymentInfo }),
  });

  it("registers the filled task definition and deploys the filled AppSpec", async () => {
    const { aws, status, acted } = await run(deploy, answers({ status: "Succeeded" }), good);
    assert.equal(status, "Succeeded");
    assert.deepEqual(aws.inputs("RegisterTaskDefinitionCommand"), [
      { family: "app", containerDefinitions: [{ name: "app", image: digest }] },
    ]);
    const content = appspec.replace("<TASK_DEFINITION>", "arn:task:7");
    assert.deepEqual(aws.inputs("CreateDeploymentCommand"), [
      {
        applicationName: "app",
        deploymentGroupName: "group",
        revision: {
          revisionType: "AppSpecContent",
          appSpecContent: { content, sha256: createHash("sha256").update(content).digest("hex") },
        },
      },
    ]);
    assert.equal(acted?.output.executionResult.externalExecutionId, "d-1");
  });

  it("fails with the deployment's error", async () => {
    const errorInformation = { code: "ALARM_ACTIVE", message: "One or more alarms have been activated" };
    const { error } = await run(deploy, answers({ status: "Failed", errorInformation }), good);
    assert.equal(error, "JobFailed: One or more alarms have been activated (Error code: ALARM_ACTIVE)");
  });

  const bad: [string, Record<string, string | undefined>, RegExp][] = [
    [
      "a task definition that is not JSON",
      { "taskdef.json": "<IMAGE1_NAME>" },
      /^ConfigurationError: taskdef\.json: it is not JSON: /,
    ],
    [
      "no placeholder",
      { "taskdef.json": "{}" },
      /: taskdef\.json: the placeholder <IMAGE1_NAME> is not there$/,
    ],
    [
      "an unknown field",
      { "taskdef.json": taskdef.replace('"name"', '"nmae"') },
      /: taskdef\.json: unknown field containerDefinitions\[0\]\.nmae; /,
    ],
    [
      "a value of the wrong type",
      { "taskdef.json": taskdef.replace('"family":"app"', '"family":1') },
      /: taskdef\.json: family must be a string$/,
    ],
    [
      "a missing AppSpec",
      { "appspec.yaml": undefined },
      /: cannot read appspec\.yaml from the artifact Templates: the artifact has no such file$/,
    ],
    ["an AppSpec that is not YAML", { "appspec.yaml": "a: [" }, /: appspec\.yaml: /],
    [
      "an AppSpec without the placeholder",
      { "appspec.yaml": "Resources: []" },
      /: appspec\.yaml: the placeholder <TASK_DEFINITION> is not there$/,
    ],
    ["no image", { "imageDetail.json": "{}" }, /: imageDetail\.json of Templates: it must be /],
  ];
  const text = (files: Record<string, string | undefined>) =>
    Object.fromEntries(
      Object.entries({ ...good, ...files }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
  for (const [what, files, expected] of bad)
    it(`deploys nothing with ${what}`, async () => {
      const { aws, error } = await run(deploy, answers({}), text(files));
      assert.match(error ?? "", expected);
      assert.deepEqual(
        [...aws.inputs("RegisterTaskDefinitionCommand"), ...aws.inputs("CreateDeploymentCommand")],
        [],
      );
    });

  const noTaskDefinition =
    "ConfigurationError: Exception while trying to read the task definition artifact file from: Templates";
  const noImage =
    "ConfigurationError: Exception while trying to read the image artifact file from the artifact: Templates";
  const large = randomBytes(3 << 20).toString("latin1");
  const unread: [string, Record<string, string | undefined>, string, RegExp][] = [
    [
      "a missing task definition",
      { "taskdef.json": undefined },
      noTaskDefinition,
      /taskdef\.json .* no such file$/,
    ],
    ["a missing image", { "imageDetail.json": undefined }, noImage, /imageDetail\.json .* no such file$/],
    [
      "an artifact of more than 3 MB",
      { large },
      noTaskDefinition,
      /its zip has \d+ bytes, and may have 3145728$/,
    ],
  ];
  for (const [what, files, expected, why] of unread)
    it(`says of ${what} what AWS says, and why in the summary`, async () => {
      const { aws, error, acted } = await run(deploy, answers({}), text(files));
      assert.equal(error, expected);
      assert.match(acted?.output.executionResult.externalExecutionSummary ?? "", why);
      assert.deepEqual(aws.inputs("RegisterTaskDefinitionCommand"), []);
    });

  it("takes a smaller artifact", async () => {
    const files = { ...good, large: large.slice(0, (3 << 19) - 2000) };
    const { status } = await run(deploy, answers({ status: "Succeeded" }), files);
    assert.equal(status, "Succeeded");
  });
});
