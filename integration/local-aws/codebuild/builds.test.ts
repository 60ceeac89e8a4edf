import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { contextOf, Harness, statuses } from "./testing-aws";

const spec = (phases: Record<string, string[]>, ...rest: string[]) =>
  [
    "version: 0.2",
    "phases:",
    ...Object.entries(phases).flatMap(([phase, commands]) => [
      `  ${phase}:`,
      "    commands:",
      ...commands.map((command) => `      - ${JSON.stringify(command)}`),
    ]),
    ...rest,
    "",
  ].join("\n");

describe("a build", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = new Harness();
    await harness.createProject();
  });
  afterEach(async () => {
    await harness.close();
    // One that was still being opened is closed as soon as it is there.
    for (let i = 0; i < 100 && harness.runtime.open > 0; i++) await wait(20);
    assert.equal(harness.runtime.open, 0, "every room is closed");
    assert.deepEqual(harness.aws.warnings, []);
  });

  it("takes its source from CodePipeline and gives its artifact back at the very key", async () => {
    const buildspec = spec(
      {
        pre_build: [
          'echo "from $CODEBUILD_SRC_DIR_Templates: $(cat $CODEBUILD_SRC_DIR_Templates/appspec.yaml)"',
        ],
        build: ["cd service && VERSION=$CODEBUILD_RESOLVED_SOURCE_VERSION"],
        post_build: ["mkdir ../out && echo $VERSION-$STAGE > ../out/release.json"],
      },
      "artifacts: { files: ['**/*'], base-directory: out }",
    );
    const source = zipSync({ "service/buildspec.yml": strToU8(buildspec), "service/index.js": strToU8("1") });
    harness.aws.objects.set("pipeline/app/Source/abc", source);
    harness.aws.objects.set(
      "pipeline/app/Templates/def",
      zipSync({ "appspec.yaml": strToU8("version: 0.0") }),
    );
    harness.caller.arn = "arn:aws:sts::111111111111:assumed-role/pipeline/codepipeline-app-staging";
    const started = await harness.start({
      sourceTypeOverride: "S3",
      sourceLocationOverride: "pipeline/app/Source/abc",
      sourceVersion: "0123456789abcdef",
      buildspecOverride: "service/buildspec.yml",
      secondarySourcesOverride: [
        { type: "S3", location: "pipeline/app/Templates/def", sourceIdentifier: "Templates" },
      ],
      artifactsOverride: {
        type: "S3",
        location: "pipeline",
        path: "app/BuildOutp",
        name: "ghi",
        packaging: "ZIP",
      },
      environmentVariablesOverride: [{ name: "STAGE", value: "staging" }],
    });
    assert.equal(started.buildStatus, "IN_PROGRESS");
    const build = await harness.until(started.id, ({ buildComplete }) => buildComplete);
    assert.deepEqual(statuses(build), [
      "SUBMITTED SUCCEEDED",
      "QUEUED SUCCEEDED",
      "PROVISIONING SUCCEEDED",
      "DOWNLOAD_SOURCE SUCCEEDED",
      "INSTALL SUCCEEDED",
      "PRE_BUILD SUCCEEDED",
      "BUILD SUCCEEDED",
      "POST_BUILD SUCCEEDED",
      "UPLOAD_ARTIFACTS SUCCEEDED",
      "FINALIZING SUCCEEDED",
      "COMPLETED",
    ]);
    assert.equal(build.buildStatus, "SUCCEEDED");
    assert.deepEqual(contextOf(build, "BUILD"), { statusCode: "", message: "" });
    assert.deepEqual(harness.aws.puts, [{ key: "pipeline/app/BuildOutp/ghi", as: "ASIAROLE" }]);
    const zip = unzipSync(harness.aws.objects.get("pipeline/app/BuildOutp/ghi") ?? new Uint8Array());
    assert.deepEqual(Object.keys(zip), ["release.json"]);
    assert.equal(strFromU8(zip["release.json"] ?? new Uint8Array()), "0123456789abcdef-staging\n");
    assert.equal(build.artifacts.location, "arn:aws:s3:::pipeline/app/BuildOutp/ghi");
    assert.equal(build.initiator, "codepipeline/app-staging");
    assert.equal(build.sourceVersion, "arn:aws:s3:::pipeline/app/Source/abc");
    assert.equal(build.resolvedSourceVersion, "0123456789abcdef");
    assert.deepEqual(build.source, {
      type: "CODEPIPELINE",
      buildspec: "service/buildspec.yml",
      insecureSsl: false,
    });
    const uuid = build.id.split(":")[1];
    assert.equal(build.logs.groupName, "/aws/codebuild/app");
    assert.equal(build.logs.streamName, uuid);
    assert.match(harness.printed(build)[0] ?? "", /^from \/.*\/sources\/Templates: version: 0\.0$/);
    const [request] = harness.runtime.requests;
    assert.deepEqual(harness.runtime.requests, [
      {
        id: build.id,
        project: build.arn.replace("build/", "project/").replace(/:[^:]*$/, ""),
        image: "aws/codebuild/standard:7.0",
        // CodeBuild's own, not the role's.
        pullAs: {
          ...request?.pullAs,
          credentials: { accessKeyId: request?.pullAs.account, secretAccessKey: "greenroom" },
        },
        privileged: true,
        cacheModes: [],
      },
    ]);
  });

  it("encrypts its artifacts with its key, unless they are not to be encrypted", async () => {
    const buildspec = spec(
      { build: ["echo 1 > a"] },
      "artifacts:",
      "  files: [a]",
      "  secondary-artifacts:",
      "    Plain: { files: [a] }",
    );
    const artifacts = { type: "S3", location: "b", packaging: "ZIP" };
    const overrides = {
      artifactsOverride: { ...artifacts, name: "own.zip" },
      secondaryArtifactsOverride: [
        { ...artifacts, name: "plain.zip", artifactIdentifier: "Plain", encryptionDisabled: true },
      ],
    };
    const key = "arn:aws:kms:us-east-1:111111111111:key/1";
    await harness.build(buildspec, { ...overrides, encryptionKeyOverride: key });
    const { encryption } = harness.aws;
    assert.deepEqual(encryption.get("b/own.zip"), ["aws:kms", key]);
    assert.deepEqual(encryption.get("b/plain.zip"), [undefined, undefined]);
    await harness.build(buildspec, overrides);
    assert.deepEqual(encryption.get("b/own.zip"), [undefined, undefined]);
  });

  it("sets the variables that AWS documents", async () => {
    const names = ["BUILD_ARN", "BUILD_ID", "BUILD_IMAGE", "BUILD_NUMBER", "BUILD_SUCCEEDING", "INITIATOR"];
    const more = ["KMS_KEY_ID", "LOG_PATH", "START_TIME", "SRC_DIR"];
    const all = [...names, ...more].map((name) => `$CODEBUILD_${name}`);
    const build = await harness.build(
      spec({
        build: all.map((name) => `echo ${name}`),
        post_build: ["echo $AWS_REGION", "echo $AWS_DEFAULT_REGION"],
      }),
    );
    const start = Math.round(Number(build.startTime) * 1000);
    const printed = harness.printed(build);
    assert.match(printed.splice(9, 1)[0] ?? "", /\/src$/);
    assert.deepEqual(printed, [
      `arn:aws:codebuild:us-east-1:111111111111:build/${build.id}`,
      build.id,
      "aws/codebuild/standard:7.0",
      "1",
      "1",
      "tester",
      "arn:aws:kms:us-east-1:111111111111:alias/aws/s3",
      build.id.split(":")[1],
      String(start),
      "us-east-1",
      "us-east-1",
    ]);
  });

  it("fails with the command and its last lines, and still runs POST_BUILD", async () => {
    const build = await harness.build(
      spec({
        build: ["for i in $(seq 40); do echo line $i; done; exit 7", "echo never"],
        post_build: ["echo succeeding: $CODEBUILD_BUILD_SUCCEEDING"],
      }),
    );
    assert.equal(build.buildStatus, "FAILED");
    assert.deepEqual(statuses(build).slice(4), [
      "INSTALL SUCCEEDED",
      "PRE_BUILD SUCCEEDED",
      "BUILD FAILED",
      "POST_BUILD SUCCEEDED",
      "UPLOAD_ARTIFACTS SUCCEEDED",
      "FINALIZING SUCCEEDED",
      "COMPLETED",
    ]);
    const command = "for i in $(seq 40); do echo line $i; done; exit 7";
    assert.deepEqual(contextOf(build, "BUILD"), {
      statusCode: "COMMAND_EXECUTION_ERROR",
      message: [
        `Error while executing command: ${command}. Reason: exit status 7`,
        ...Array.from({ length: 30 }, (_, i) => `line ${i + 11}`),
      ].join("\n"),
    });
    assert.equal(harness.printed(build).at(-1), "succeeding: 0");
    assert.equal(harness.printed(build).includes("never"), false);
    const log = harness.log(build.logs).join("\n");
    assert.match(
      log,
      /Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing command: for /,
    );
  });

  for (const phase of ["install", "pre_build"] as const) {
    it(`ends after a failure of ${phase}, when its finally commands have run`, async () => {
      const text = spec(
        { [phase]: ["false"] },
        "    finally: [ 'echo finally $CODEBUILD_BUILD_SUCCEEDING' ]",
        "  build: { commands: [ echo never ] }",
      );
      const build = await harness.build(text);
      assert.equal(build.buildStatus, "FAILED");
      assert.deepEqual(statuses(build).slice(phase === "install" ? 4 : 5), [
        `${phase.toUpperCase()} FAILED`,
        "FINALIZING SUCCEEDED",
        "COMPLETED",
      ]);
      assert.deepEqual(harness.printed(build), ["finally 0"]);
    });
  }

  it("goes on, or not, as on-failure says; and has failed all the same", async () => {
    const goesOn = await harness.build(
      spec({ install: ["false"] }, "    on-failure: CONTINUE", "  build: { commands: [ echo built ] }"),
    );
    assert.deepEqual(harness.printed(goesOn), ["built"]);
    assert.equal(goesOn.buildStatus, "FAILED");
    const aborts = await harness.build(
      spec({ build: ["false"] }, "    on-failure: ABORT", "  post_build: { commands: [ echo never ] }"),
    );
    assert.deepEqual(harness.printed(aborts), []);
    assert.deepEqual(statuses(aborts).slice(6), ["BUILD FAILED", "FINALIZING SUCCEEDED", "COMPLETED"]);
  });

  it("refuses a bad buildspec before any command runs", async () => {
    const build = await harness.build(
      "version: 0.2\nphases:\n  install: { commands: [ echo never ] }\n  biuld: {}\n",
    );
    assert.equal(build.buildStatus, "FAILED");
    assert.deepEqual(statuses(build).slice(3), [
      "DOWNLOAD_SOURCE FAILED",
      "FINALIZING SUCCEEDED",
      "COMPLETED",
    ]);
    assert.deepEqual(contextOf(build, "DOWNLOAD_SOURCE"), {
      statusCode: "YAML_FILE_ERROR",
      message:
        "buildspec.yml:4: key phases.biuld is unknown; known here: install, pre_build, build, post_build",
    });
    assert.deepEqual(harness.printed(build), []);
  });

  it("says which buildspec or source is missing", async () => {
    harness.aws.objects.set("bucket/source.zip", zipSync({ readme: strToU8("") }));
    const location = { sourceTypeOverride: "S3", buildspecOverride: "ci/buildspec.yml" };
    const noSpec = await harness.build("", { ...location, sourceLocationOverride: "bucket/source.zip" });
    assert.equal(contextOf(noSpec, "DOWNLOAD_SOURCE")?.statusCode, "YAML_FILE_ERROR");
    assert.match(
      contextOf(noSpec, "DOWNLOAD_SOURCE")?.message ?? "",
      /^stat \/.*\/src\/ci\/buildspec\.yml: no such file or directory$/,
    );
    const noSource = await harness.build("", { ...location, sourceLocationOverride: "bucket/none.zip" });
    assert.deepEqual(contextOf(noSource, "DOWNLOAD_SOURCE"), {
      statusCode: "CLIENT_ERROR",
      message: "NoSuchKey: The specified key does not exist. for the source s3://bucket/none.zip",
    });
  });

  it("reads parameters and secrets as its role, and never shows them", async () => {
    harness.aws.parameters.set("/app/token", "parameter-value");
    harness.aws.secrets.set("db", '{"password":"pass word\\nsecond"}');
    const build = await harness.build(
      spec(
        {
          build: [
            "echo $TOKEN $PLAIN; printenv PASSWORD; echo $AWS_SECRET_ACCESS_KEY; echo $AWS_SESSION_TOKEN; false",
          ],
        },
        "env:",
        "  parameter-store: { TOKEN: /app/token }",
        "  variables: { PLAIN: from-buildspec, PASSWORD: overridden }",
      ),
      {
        environmentVariablesOverride: [
          { name: "PASSWORD", value: "db:password", type: "SECRETS_MANAGER" },
          { name: "PLAIN", value: "from-start" },
        ],
      },
    );
    const shown = ["*** from-start", "***", "***", "***", "***"];
    assert.deepEqual(harness.printed(build), shown);
    const everything = JSON.stringify([build, harness.log(build.logs)]);
    assert.doesNotMatch(everything, /parameter-value|pass word|second"|role-secret|role-token/);
    assert.deepEqual(contextOf(build, "BUILD")?.message.split("\n").slice(1), shown);
  });

  it("fails where a parameter or a secret is missing", async () => {
    const text = spec({ build: ["echo never"] }, "env:", "  parameter-store: { TOKEN: /none }");
    const noParameter = await harness.build(text);
    assert.deepEqual(contextOf(noParameter, "DOWNLOAD_SOURCE"), {
      statusCode: "Decrypted Variables Error",
      message: "parameter does not exist: /none",
    });
    harness.aws.secrets.set("db", "{}");
    const noKey = await harness.build(
      spec({ build: ["ls"] }, "env:", "  secrets-manager: { P: 'db:password' }"),
    );
    assert.deepEqual(contextOf(noKey, "DOWNLOAD_SOURCE"), {
      statusCode: "Secrets Manager Error Message",
      message: 'db: has no key "password"',
    });
  });

  it("exports variables, but none of AWS's and no secrets", async () => {
    harness.aws.parameters.set("/p", "hidden");
    const build = await harness.build(
      spec(
        { build: ["IMAGE=repo@sha256:1"] },
        "env:",
        "  exported-variables: [IMAGE, NONE, AWS_REGION, SECRET]",
      ),
      { environmentVariablesOverride: [{ name: "SECRET", value: "/p", type: "PARAMETER_STORE" }] },
    );
    assert.deepEqual(build.exportedEnvironmentVariables, [
      { name: "IMAGE", value: "repo@sha256:1" },
      { name: "NONE", value: "" },
    ]);
  });

  it("puts primary and secondary artifacts where they are asked for", async () => {
    const text = spec(
      {
        build: [
          "mkdir -p out/a out/b && echo 1 > out/a/x.js && echo 2 > out/b/y.js && echo 3 > out/y.map && NAME=rel",
        ],
      },
      "artifacts:",
      "  files: [ '**/*' ]",
      "  base-directory: $CODEBUILD_SRC_DIR/out",
      "  exclude-paths: [ '**/*.map' ]",
      "  discard-paths: yes",
      "  name: $NAME-$(echo 1)",
      "  secondary-artifacts: { Maps: { files: [ out/y.map, out/none ] } }",
    );
    const build = await harness.build(text, {
      artifactsOverride: {
        type: "S3",
        location: "b",
        namespaceType: "BUILD_ID",
        path: "p",
        overrideArtifactName: true,
      },
      secondaryArtifactsOverride: [
        { type: "S3", location: "b", name: "maps.zip", packaging: "ZIP", artifactIdentifier: "Maps" },
      ],
    });
    const uuid = build.id.split(":")[1];
    assert.deepEqual(
      harness.aws.puts.map(({ key }) => key),
      [`b/p/${uuid}/rel-1/x.js`, `b/p/${uuid}/rel-1/y.js`, "b/maps.zip"],
    );
    const [maps] = build.secondaryArtifacts as Record<string, string>[];
    assert.equal(maps?.artifactIdentifier, "Maps");
    assert.equal(maps?.location, "arn:aws:s3:::b/maps.zip");
    assert.match(maps?.sha256sum ?? "", /^[0-9a-f]{64}$/);
  });

  for (const [why, artifacts, message] of [
    ["matches nothing", "artifacts: { files: [ none ] }", "no matching artifact paths found"],
    [
      "has no such base directory",
      "artifacts: { files: [ x ], base-directory: none }",
      "no matching base directory path found for none",
    ],
    [
      "is not in the buildspec",
      "",
      "the buildspec has no artifacts, but the build is to put one into s3://b",
    ],
  ] as const) {
    it(`fails when an artifact ${why}`, async () => {
      const build = await harness.build(spec({ build: ["ls"] }, artifacts), {
        artifactsOverride: { type: "S3", location: "b", name: "x.zip", packaging: "ZIP" },
      });
      assert.equal(build.buildStatus, "FAILED");
      assert.deepEqual(contextOf(build, "UPLOAD_ARTIFACTS"), { statusCode: "CLIENT_ERROR", message });
      assert.deepEqual(harness.aws.puts, []);
    });
  }

  it("is stopped at once", async () => {
    const { id } = await harness.start({
      sourceTypeOverride: "NO_SOURCE",
      buildspecOverride: spec({ build: ["echo begun; sleep 600"], post_build: ["echo never"] }),
    });
    await harness.until(id, ({ currentPhase }) => currentPhase === "BUILD");
    const begun = Date.now();
    const { build } = await harness.call<{ build: Awaited<ReturnType<Harness["get"]>> }>("StopBuild", { id });
    assert.ok(Date.now() - begun < 2000);
    assert.equal(build.buildStatus, "STOPPED");
    assert.deepEqual(statuses(build).slice(6), ["BUILD STOPPED", "FINALIZING SUCCEEDED", "COMPLETED"]);
  });

  it("is stopped at once while its image is pulled, and a room that opens afterwards is closed", async () => {
    let pulled: () => void = () => undefined;
    harness.runtime.pull = new Promise((resolve) => (pulled = resolve));
    const { id } = await harness.start({
      sourceTypeOverride: "NO_SOURCE",
      buildspecOverride: spec({ build: ["echo never"] }),
    });
    await harness.until(id, () => harness.runtime.requests.length > 0);
    await harness.call("StopBuild", { id });
    const build = await harness.get(id);
    assert.equal(build.buildStatus, "STOPPED");
    assert.deepEqual(statuses(build).slice(2), ["PROVISIONING STOPPED", "FINALIZING SUCCEEDED", "COMPLETED"]);
    pulled();
    for (let i = 0; i < 100 && harness.runtime.closed === 0; i++) await wait(20);
    assert.deepEqual([harness.runtime.closed, harness.runtime.open], [1, 0]);
  });

  it("counts as stopped, also when something had failed before", async () => {
    const { id } = await harness.start({
      sourceTypeOverride: "NO_SOURCE",
      buildspecOverride: spec({ build: ["false"], post_build: ["sleep 600"] }),
    });
    await harness.until(id, ({ currentPhase }) => currentPhase === "POST_BUILD");
    await harness.call("StopBuild", { id });
    const build = await harness.get(id);
    assert.equal(build.buildStatus, "STOPPED");
    assert.deepEqual(statuses(build).slice(6, 8), ["BUILD FAILED", "POST_BUILD STOPPED"]);
  });

  it("has no log when the project wants none, and its own group and stream when it says so", async () => {
    const text = spec({ build: ["echo hello"] });
    const none = await harness.build(text, {
      logsConfigOverride: { cloudWatchLogs: { status: "DISABLED" } },
    });
    assert.equal(none.buildStatus, "SUCCEEDED");
    assert.equal(harness.aws.logs.size, 0);
    const own = { cloudWatchLogs: { status: "ENABLED", groupName: "builds", streamName: "app" } };
    const { id, logs } = await harness.build(text, { logsConfigOverride: own });
    const stream = `app/${id.split(":")[1]}`;
    assert.deepEqual([...harness.aws.logs.keys()], [`builds:${stream}`]);
    assert.equal(
      logs.cloudWatchLogsArn,
      `arn:aws:logs:us-east-1:111111111111:log-group:builds:log-stream:${stream}`,
    );
  });

  it("is found, listed, and started once for one token", async () => {
    const start = { sourceTypeOverride: "NO_SOURCE", buildspecOverride: spec({ build: ["ls"] }) };
    const first = await harness.start({ ...start, idempotencyToken: "t" });
    const again = await harness.start({ ...start, idempotencyToken: "t" });
    assert.equal(again.id, first.id);
    await assert.rejects(
      harness.start({ idempotencyToken: "t" }),
      /InvalidInputException: The idempotency token/,
    );
    const second = await harness.start(start);
    const listed = await harness.call("ListBuildsForProject", { projectName: "app" });
    assert.deepEqual(listed, { ids: [second.id, first.id] });
    assert.deepEqual(await harness.call("ListBuilds", { sortOrder: "ASCENDING" }), {
      ids: [first.id, second.id],
    });
    const { buildsNotFound } = await harness.call("BatchGetBuilds", { ids: [first.arn, "app:none"] });
    assert.deepEqual(buildsNotFound, ["app:none"]);
  });

  for (const [why, input, message] of [
    [
      "a project that is not there",
      { projectName: "none" },
      "ResourceNotFoundException: Project cannot be found: arn:aws:codebuild:us-east-1:111111111111:project/none",
    ],
    [
      "CodePipeline's source without CodePipeline",
      {},
      "InvalidInputException: Project app has its source from CodePipeline: start it through a pipeline, or override its source",
    ],
    [
      "a source without a key",
      { sourceTypeOverride: "S3", sourceLocationOverride: "bucket" },
      'InvalidInputException: Invalid project source: location "bucket" must be bucket/path/to/object.zip',
    ],
    [
      "a kind of source that is not here",
      { sourceTypeOverride: "GITHUB" },
      "NotImplemented: not implemented: CodeBuild source type GITHUB",
    ],
    [
      "a role that is not there",
      {
        sourceTypeOverride: "S3",
        sourceLocationOverride: "b/k",
        serviceRoleOverride: "arn:aws:iam::111111111111:role/none",
      },
      "InvalidInputException: CodeBuild is not authorized to perform: sts:AssumeRole on service role arn:aws:iam::111111111111:role/none: there is no such role",
    ],
    [
      "an identifier that is a path",
      {
        sourceTypeOverride: "S3",
        sourceLocationOverride: "b/k",
        secondarySourcesOverride: [{ type: "S3", location: "b/k", sourceIdentifier: "../x" }],
      },
      'InvalidInputException: Invalid identifier: "../x"',
    ],
  ] as const) {
    it(`does not start with ${why}`, async () => {
      await assert.rejects(harness.start(input), { message });
      assert.deepEqual(await harness.call("ListBuilds", {}), { ids: [] });
    });
  }
});

describe("a build's limits", () => {
  let harness: Harness;
  afterEach(() => harness.close());

  it("are wall time: it is timed out when it takes too long", async () => {
    // 5 minutes of 40 ms.
    harness = new Harness(40);
    await harness.createProject({ timeoutInMinutes: 5 });
    const build = await harness.build(spec({ build: ["sleep 600"] }));
    assert.equal(build.buildStatus, "TIMED_OUT");
    assert.deepEqual(statuses(build).slice(-3), ["BUILD TIMED_OUT", "FINALIZING SUCCEEDED", "COMPLETED"]);
    assert.deepEqual(contextOf(build, "BUILD"), {
      statusCode: "BUILD_TIMED_OUT",
      message: "Build has timed out.",
    });
  });

  it("let a build wait for its turn", async () => {
    harness = new Harness();
    await harness.createProject({ concurrentBuildLimit: 1 });
    const first = await harness.start({
      sourceTypeOverride: "NO_SOURCE",
      buildspecOverride: spec({ build: ["sleep 600"] }),
    });
    await harness.until(first.id, ({ currentPhase }) => currentPhase === "BUILD");
    const start = { sourceTypeOverride: "NO_SOURCE", buildspecOverride: spec({ build: ["ls"] }) };
    const [second, third] = [await harness.start(start), await harness.start(start)];
    assert.equal((await harness.get(second.id)).currentPhase, "QUEUED");
    await harness.call("StopBuild", { id: third.id });
    assert.deepEqual(statuses(await harness.get(third.id)).slice(1, 3), [
      "QUEUED STOPPED",
      "FINALIZING SUCCEEDED",
    ]);
    await harness.call("StopBuild", { id: first.id });
    const { buildStatus } = await harness.until(second.id, ({ buildComplete }) => buildComplete);
    assert.equal(buildStatus, "SUCCEEDED");
    assert.equal(
      (await harness.build(start.buildspecOverride)).buildStatus,
      "SUCCEEDED",
      "its place is free again",
    );
  });

  it("end with the service, which leaves nothing running", async () => {
    harness = new Harness();
    await harness.createProject();
    const { id } = await harness.start({
      sourceTypeOverride: "NO_SOURCE",
      buildspecOverride: spec({ build: ["sleep 600"] }),
    });
    await harness.until(id, ({ currentPhase }) => currentPhase === "BUILD");
    await harness.close();
    assert.equal((await harness.get(id)).buildStatus, "STOPPED");
    assert.equal(harness.runtime.open, 0);
  });
});
