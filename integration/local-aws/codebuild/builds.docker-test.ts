import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type Dockerode from "dockerode";
import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  StartBuildCommand,
  StopBuildCommand,
  type Build,
  type CacheMode,
  type ProjectEnvironment,
} from "@aws-sdk/client-codebuild";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { buildImage } from "../../../infra/lib/build-image";
import { venv } from "../../checkout";
import { labelsOf, ownerLabel, rehearsalLabel } from "../containers/docker/labels";
import { nodeImage, testDocker } from "../containers/docker/testing";
import { startLocalAws, type LocalAws } from "../local-aws";

const account = "111111111111";
const region = "eu-west-1";

/** Builds by CodeBuild's API, in containers of the real Docker. */
describe("builds in Docker", function () {
  this.timeout(120_000);
  let keepFolder: string;
  let local: LocalAws;
  let codebuild: CodeBuildClient;
  let docker: Dockerode;
  const serviceRole = `arn:aws:iam::${account}:role/build`;

  before(async () => {
    keepFolder = await mkdtemp(path.join(os.tmpdir(), "greenroom-test-"));
    docker = await testDocker();
    local = await startLocalAws({
      speed: 200,
      port: 0,
      venv,
      containers: "docker",
      keepFolder,
      warn: (message) => console.error(message),
    });
    const root = local.aws.root(account, region);
    codebuild = local.aws.client(CodeBuildClient, root);
    await local.aws.client(IAMClient, root).send(
      new CreateRoleCommand({
        RoleName: "build",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: { Service: "codebuild.amazonaws.com" }, Action: "sts:AssumeRole" },
          ],
        }),
      }),
    );
  });
  after(async () => {
    await local.close();
    await rm(keepFolder, { recursive: true, force: true });
    assert.deepEqual(await ownContainers(), []);
    const { Volumes } = await docker.listVolumes({ filters: { label: [rehearsalLabel] } });
    const own = (await labelsOf("any"))[ownerLabel];
    assert.deepEqual(
      Volumes.filter(({ Labels }) => Labels?.[ownerLabel] === own).map(({ Name }) => Name),
      [],
    );
  });

  /** Of this process, which has the relay and builds. */
  async function ownContainers() {
    const own = (await labelsOf("any"))[ownerLabel];
    return docker.listContainers({ all: true, filters: { label: [`${ownerLabel}=${own}`] } });
  }
  const buildContainers = async () =>
    (await ownContainers()).filter(({ Names }) => Names.some((name) => name.includes("-build-")));

  async function project(
    name: string,
    commands: string[],
    environment: Partial<ProjectEnvironment> = {},
    cache?: { modes: CacheMode[]; paths: string[] },
  ): Promise<void> {
    const spec = {
      version: 0.2,
      env: { "exported-variables": ["FOUND"] },
      phases: { build: { commands } },
      ...(cache ? { cache: { paths: cache.paths } } : {}),
    };
    await codebuild.send(
      new CreateProjectCommand({
        name,
        serviceRole,
        source: { type: "NO_SOURCE", buildspec: JSON.stringify(spec) },
        artifacts: { type: "NO_ARTIFACTS" },
        environment: {
          type: "LINUX_CONTAINER",
          computeType: "BUILD_GENERAL1_SMALL",
          image: buildImage,
          ...environment,
        },
        cache: cache ? { type: "LOCAL", modes: cache.modes } : undefined,
      }),
    );
  }

  async function start(projectName: string): Promise<string> {
    return (await codebuild.send(new StartBuildCommand({ projectName }))).build?.id ?? "";
  }
  async function ended(id: string): Promise<Build> {
    for (;;) {
      const [build] = (await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }))).builds ?? [];
      if (build?.buildComplete) return build;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const build = async (projectName: string) => ended(await start(projectName));
  const failure = ({ phases = [] }: Build) => {
    const phase = phases.find(({ phaseStatus }) => phaseStatus && phaseStatus !== "SUCCEEDED");
    return {
      phase: phase?.phaseType,
      code: phase?.contexts?.[0]?.statusCode,
      why: phase?.contexts?.[0]?.message,
    };
  };
  const found = ({ exportedEnvironmentVariables = [] }: Build) => exportedEnvironmentVariables[0]?.value;
  async function printed({ logs }: Build): Promise<string> {
    const client = local.aws.client(CloudWatchLogsClient, local.aws.root(account, region));
    const { events = [] } = await client.send(
      new GetLogEventsCommand({
        logGroupName: logs?.groupName,
        logStreamName: logs?.streamName ?? "",
        startFromHead: true,
      }),
    );
    return events.map(({ message }) => message).join("");
  }

  it("run in a fresh container each, in AWS's place for sources, and reach the local AWS", async () => {
    await project("fresh", [
      "[ ! -e /root/left-behind ] && touch /root/left-behind",
      'case "$CODEBUILD_SRC_DIR" in /codebuild/output/src*/src) ;; *) exit 1; esac',
      "aws sts get-caller-identity --query Arn --output text | grep assumed-role/build",
      'FOUND="$(cat /proc/sys/kernel/hostname)"',
    ]);
    const [first, second] = [await build("fresh"), await build("fresh")];
    assert.equal(first.buildStatus, "SUCCEEDED", await printed(first));
    assert.equal(second.buildStatus, "SUCCEEDED", await printed(second));
    assert.notEqual(found(first), found(second));
    assert.deepEqual(await buildContainers(), []);
  });

  it("find what earlier builds of their project have cached, and no other's", async () => {
    const commands = [
      'FOUND="$(cat /root/.cached/* 2> /dev/null || echo nothing)"',
      "echo $PROJECT > /root/.cached/it",
    ];
    for (const name of ["cached-1", "cached-2"]) {
      await project(
        name,
        commands,
        { environmentVariables: [{ name: "PROJECT", value: name }] },
        {
          modes: ["LOCAL_CUSTOM_CACHE"],
          paths: ["/root/.cached/**/*"],
        },
      );
    }
    assert.equal(found(await build("cached-1")), "nothing");
    assert.equal(found(await build("cached-2")), "nothing");
    assert.equal(found(await build("cached-1")), "cached-1");
  });

  it("are gone at once when they are stopped, with all that they have started", async () => {
    await project("stopped", ["sleep 600 & echo started; sleep 600"]);
    const id = await start("stopped");
    while ((await buildContainers()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    const [container] = await buildContainers();
    const sleeps = async () => {
      const { Processes } = (await docker.getContainer(container?.Id ?? "").top()) as {
        Processes: string[][];
      };
      return Processes.filter((columns) => columns.at(-1) === "sleep 600").length;
    };
    while ((await sleeps().catch(() => 0)) < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    const begun = Date.now();
    await codebuild.send(new StopBuildCommand({ id }));
    assert.equal((await ended(id)).buildStatus, "STOPPED");
    assert.ok(Date.now() - begun < 10_000, `it took ${Date.now() - begun} ms`);
    assert.deepEqual(await buildContainers(), []);
  });

  it("have no Docker where the project is not privileged", async () => {
    await project("plain", ["docker info"]);
    const { why, ...at } = failure(await build("plain"));
    assert.deepEqual(at, { phase: "BUILD", code: "COMMAND_EXECUTION_ERROR" });
    assert.match(why ?? "", /Cannot connect to the Docker daemon at unix:\/\/\/var\/run\/docker\.sock/);
  });

  it("push images whose digest is ECR's, which are build images then", async () => {
    const ecr = local.aws.client(ECRClient, local.aws.root(account, region));
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "tools/builder" }));
    const uri = `${account}.dkr.ecr.${region}.amazonaws.com/tools/builder`;
    await project(
      "pushing",
      [
        `printf 'FROM ${nodeImage}\\nRUN echo of-our-own > /made-by\\n' > Dockerfile`,
        'aws ecr get-login-password | docker login --username AWS --password-stdin "${URI%%/*}"',
        'docker build --tag "$URI:1" . && docker push "$URI:1"',
        `FOUND="$(docker inspect --format '{{index .RepoDigests 0}}' "$URI:1")"`,
      ],
      { privilegedMode: true, environmentVariables: [{ name: "URI", value: uri }] },
    );
    const pushed = await build("pushing");
    assert.equal(pushed.buildStatus, "SUCCEEDED", await printed(pushed));
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: "tools/builder" }));
    assert.equal(found(pushed), `${uri}@${imageDetails?.[0]?.imageDigest}`);

    for (const [name, imagePullCredentialsType] of [
      ["by-role", "SERVICE_ROLE"],
      ["by-codebuild", "CODEBUILD"],
    ] as const) {
      await project(name, ['FOUND="$(cat /made-by)"'], {
        image: found(pushed) ?? "",
        imagePullCredentialsType,
      });
      assert.equal(found(await build(name)), "of-our-own");
    }
  });

  it("say which image cannot be pulled", async () => {
    const image = `${account}.dkr.ecr.${region}.amazonaws.com/not/there:1`;
    await project("imageless", ["true"], { image });
    const { why, ...at } = failure(await build("imageless"));
    assert.deepEqual(at, { phase: "PROVISIONING", code: "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE" });
    assert.ok(why?.includes(image), why);
  });

  it("fail with what a full disk says", async () => {
    // 64 MB by default: https://docs.docker.com/reference/cli/docker/container/run/#shm-size
    await project("full", ["dd if=/dev/zero of=/dev/shm/full bs=1M count=100"]);
    const { why, ...at } = failure(await build("full"));
    assert.deepEqual(at, { phase: "BUILD", code: "COMMAND_EXECUTION_ERROR" });
    assert.match(why ?? "", /No space left on device/);
  });
});
