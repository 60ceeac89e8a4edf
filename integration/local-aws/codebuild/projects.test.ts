import assert from "node:assert/strict";
import { Harness, role } from "./testing-aws";

describe("projects of CodeBuild", () => {
  let harness: Harness;
  beforeEach(() => {
    harness = new Harness();
  });
  afterEach(() => harness.close());

  it("have the defaults of AWS, and are found by name and by ARN", async () => {
    const created = await harness.createProject({ tags: [{ key: "team", value: "trivia" }] });
    const { created: at, lastModified, ...rest } = created;
    assert.equal(at, lastModified);
    assert.deepEqual(rest, {
      name: "app",
      arn: "arn:aws:codebuild:us-east-1:111111111111:project/app",
      source: { type: "CODEPIPELINE", buildspec: "buildspec.yml", insecureSsl: false },
      secondarySources: [],
      secondarySourceVersions: [],
      artifacts: { type: "CODEPIPELINE", name: "app", packaging: "NONE", encryptionDisabled: false },
      secondaryArtifacts: [],
      cache: { type: "NO_CACHE" },
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/standard:7.0",
        computeType: "BUILD_GENERAL1_SMALL",
        privilegedMode: true,
        imagePullCredentialsType: "CODEBUILD",
        environmentVariables: [],
      },
      serviceRole: role,
      timeoutInMinutes: 60,
      queuedTimeoutInMinutes: 480,
      encryptionKey: "arn:aws:kms:us-east-1:111111111111:alias/aws/s3",
      tags: [{ key: "team", value: "trivia" }],
      badge: { badgeEnabled: false },
      logsConfig: {
        cloudWatchLogs: { status: "ENABLED" },
        s3Logs: { status: "DISABLED", encryptionDisabled: false },
      },
      projectVisibility: "PRIVATE",
    });
    const names = ["app", "arn:aws:codebuild:us-east-1:111111111111:project/app", "none"];
    const found = await harness.call("BatchGetProjects", { names });
    assert.deepEqual(found, { projects: [created, created], projectsNotFound: ["none"] });
  });

  it("are changed only in what is given, and deleted by name or ARN, also twice", async () => {
    const { arn, ...created } = await harness.createProject({ concurrentBuildLimit: 2, description: "one" });
    const { project } = await harness.call<{ project: Record<string, unknown> }>("UpdateProject", {
      name: "app",
      description: "two",
      concurrentBuildLimit: -1,
      artifacts: { type: "NO_ARTIFACTS" },
      source: { type: "NO_SOURCE", buildspec: "version: 0.2" },
    });
    assert.equal(project.description, "two");
    assert.equal("concurrentBuildLimit" in project, false);
    assert.deepEqual(project.artifacts, { type: "NO_ARTIFACTS" });
    assert.deepEqual(project.environment, created.environment);
    assert.equal(project.created, created.created);
    for (const name of [arn, "app"]) assert.deepEqual(await harness.call("DeleteProject", { name }), {});
    assert.deepEqual(await harness.call("ListProjects", {}), { projects: [] });
  });

  it("are listed by name, a hundred at a time", async () => {
    for (let i = 0; i < 101; i++) await harness.createProject({ name: `p${String(i).padStart(3, "0")}` });
    const first = await harness.call<{ projects: string[]; nextToken: string }>("ListProjects", {});
    assert.equal(first.projects.length, 100);
    assert.equal(first.projects[0], "p000");
    const rest = await harness.call("ListProjects", { nextToken: first.nextToken });
    assert.deepEqual(rest, { projects: ["p100"] });
  });

  it("are refused a second time", async () => {
    await harness.createProject();
    await assert.rejects(harness.createProject(), {
      message:
        "ResourceAlreadyExistsException: Project already exists: arn:aws:codebuild:us-east-1:111111111111:project/app",
    });
  });

  const environment = { type: "LINUX_CONTAINER", image: "i", computeType: "BUILD_GENERAL1_SMALL" };
  const refused: [why: string, changes: object, message: RegExp][] = [
    ["no role", { serviceRole: undefined }, /ValidationException: .*'serviceRole'.*must not be null/],
    [
      "a role that is none",
      { serviceRole: "" },
      /InvalidInputException: Invalid service role: "" is not the ARN/,
    ],
    [
      "a role that is not there",
      { serviceRole: "arn:aws:iam::111111111111:role/none" },
      /there is no such role$/,
    ],
    [
      "another account's role",
      { serviceRole: "arn:aws:iam::222222222222:role/build" },
      /Service role account ID does not match caller's account$/,
    ],
    ["a name with a space", { name: "my app" }, /InvalidInputException: Invalid project name: "my app"/],
    [
      "an unknown source type",
      { source: { type: "SVN" } },
      /InvalidInputException: .*Value 'SVN' at 'source.type' failed to satisfy constraint: Member must satisfy enum/,
    ],
    [
      "an unknown machine",
      { environment: { ...environment, type: "BSD" } },
      /Value 'BSD' at 'environment.type'/,
    ],
    [
      "an unknown size",
      { environment: { ...environment, computeType: "HUGE" } },
      /Value 'HUGE' at 'environment.comp/,
    ],
    [
      "half of CodePipeline",
      { artifacts: { type: "NO_ARTIFACTS" } },
      /must both have type CODEPIPELINE, or neither$/,
    ],
    [
      "NO_SOURCE without a buildspec",
      { source: { type: "NO_SOURCE" }, artifacts: { type: "NO_ARTIFACTS" } },
      /NO_SOURCE needs a buildspec of its own$/,
    ],
    [
      "artifacts without a bucket",
      { source: { type: "S3", location: "b/k" }, artifacts: { type: "S3" } },
      /location is required for type S3$/,
    ],
    ["too short a timeout", { timeoutInMinutes: 4 }, /Invalid timeoutInMinutes: 4; must be from 5 to 2160$/],
    [
      "a variable that is no name",
      { environment: { ...environment, environmentVariables: [{ name: "a-b", value: "" }] } },
      /Invalid environment variable name: "a-b"$/,
    ],
  ];
  for (const [why, changes, message] of refused) {
    it(`are refused with ${why}`, async () => {
      await assert.rejects(harness.createProject(changes), { message });
      assert.deepEqual(await harness.call("ListProjects", {}), { projects: [] });
    });
  }

  it("have no operation that only pretends", async () => {
    await assert.rejects(harness.call("StartBuildBatch", { projectName: "app" }), {
      message: "NotImplemented: not implemented: CodeBuild.StartBuildBatch",
    });
  });
});
