import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-ecs";
import { dockerRuntime, openDocker, type DockerDaemon } from "../containers/docker";
import { nodeImage, nothingLeft } from "../containers/docker/testing";
import type { ContainerRuntime } from "../core/container-runtime";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { Gateway } from "../core/gateway";
import { account, FakeBase, region } from "../testing/fake-base";
import { ecs } from "./index";
import { definition, role, until } from "../testing/ecs";

describe("tasks in the real Docker", function () {
  this.timeout(90_000);
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const base = new FakeBase();
  const gateway = new Gateway(warn);
  const logConfiguration: sdk.LogConfiguration = {
    logDriver: "awslogs",
    options: { "awslogs-group": "/api", "awslogs-region": region, "awslogs-stream-prefix": "api" },
  };
  const stays = "setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0));";
  let aws: Aws;
  let daemon: DockerDaemon;
  let runtime: ContainerRuntime;
  let acting: ReturnType<typeof ecs>;
  let client: sdk.ECSClient;
  let image = "";
  let service = "";

  before(async () => {
    gateway.useBase(await base.listen());
    const endpoint = await gateway.listen(0);
    aws = new Aws(endpoint, new Clock(50), warn);
    image = nodeImage;
    const id = `test-${randomUUID().slice(0, 8)}`;
    daemon = await openDocker({ id, gatewayPort: Number(new URL(endpoint).port), warn, relayImage: image });
    runtime = dockerRuntime({ daemon, folder: "/nonexistent", aws });
    acting = ecs(aws, runtime);
    gateway.use(acting);
    client = aws.client(sdk.ECSClient, aws.root(account, region));
    await client.send(new sdk.CreateClusterCommand({ clusterName: "main" }));
  });
  afterEach(async () => {
    await client.send(new sdk.DeleteServiceCommand({ cluster: "main", service, force: true }));
    await until(async () => ((await containersOf()).length === 0 ? true : undefined));
  });
  after(async () => {
    await acting?.close();
    await runtime?.close();
    await daemon?.close();
    aws.close();
    await gateway.close();
    base.close();
    await nothingLeft(daemon);
    assert.deepEqual(warnings, []);
  });

  /** The containers of tasks that are there, whatever their state. */
  async function containersOf() {
    const filters = { label: [`greenroom.rehearsal=${daemon.labels["greenroom.rehearsal"]}`] };
    const all = await daemon.docker.listContainers({ all: true, filters });
    return all.filter(({ Names }) => !Names[0]?.endsWith("-relay"));
  }

  async function run(
    program: string,
    changes: Partial<sdk.ContainerDefinition> = {},
    ...more: sdk.ContainerDefinition[]
  ): Promise<void> {
    // What is told to stop as it starts does not listen yet.
    const web = {
      name: "web",
      image,
      entryPoint: ["node"],
      command: ["-e", program],
      stopTimeout: 5,
      ...changes,
    };
    service = `api-${randomUUID().slice(0, 8)}`;
    const { taskDefinition } = await client.send(
      new sdk.RegisterTaskDefinitionCommand(
        definition(image, {
          family: service,
          executionRoleArn: role("execution"),
          containerDefinitions: [web, ...more],
        }),
      ),
    );
    await client.send(
      new sdk.CreateServiceCommand({
        cluster: "main",
        serviceName: service,
        taskDefinition: taskDefinition?.taskDefinitionArn,
        desiredCount: 1,
        launchType: "FARGATE",
        deploymentController: { type: "CODE_DEPLOY" },
        networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
      }),
    );
  }

  async function tasks(desiredStatus: sdk.DesiredStatus = "RUNNING"): Promise<sdk.Task[]> {
    const { taskArns } = await client.send(
      new sdk.ListTasksCommand({ cluster: "main", serviceName: service, desiredStatus }),
    );
    if (!taskArns?.length) return [];
    return (
      (await client.send(new sdk.DescribeTasksCommand({ cluster: "main", tasks: taskArns }))).tasks ?? []
    );
  }

  const running = () => until(async () => (await tasks()).find(({ lastStatus }) => lastStatus === "RUNNING"));
  const stopped = () =>
    until(async () => (await tasks("STOPPED")).find(({ lastStatus }) => lastStatus === "STOPPED"));

  it("are HEALTHY by their containers' health checks, and replaced once they are UNHEALTHY", async () => {
    await run(stays, {
      healthCheck: { command: ["CMD-SHELL", "test ! -e /tmp/ill"], interval: 5, retries: 1 },
    });
    const healthy = () =>
      until(async () => (await tasks()).find(({ healthStatus }) => healthStatus === "HEALTHY"));
    const first = await healthy();
    const container = daemon.docker.getContainer(first.containers?.[0]?.runtimeId ?? "");
    await (await container.exec({ Cmd: ["touch", "/tmp/ill"] })).start({});
    const ended = await stopped();
    assert.equal(ended.taskArn, first.taskArn);
    assert.equal(ended.stoppedReason, "Task failed container health checks");
    assert.equal(ended.containers?.[0]?.healthStatus, "UNHEALTHY");
    assert.notEqual((await healthy()).taskArn, first.taskArn);
  });

  it("reach each other's containers on localhost, get secrets, and log what they print", async () => {
    base.secrets.set("/api/key", "s3cret");
    const server = `require("node:http").createServer((_, r) => r.end("hello " + process.env.KEY)).listen(8080);`;
    await run(
      `fetch("http://localhost:8080/").then((r) => r.text()).then(console.log); ${stays}`,
      { logConfiguration, dependsOn: [{ containerName: "side", condition: "HEALTHY" }] },
      {
        name: "side",
        image,
        entryPoint: ["node"],
        command: ["-e", server + stays],
        portMappings: [{ containerPort: 8080 }],
        secrets: [{ name: "KEY", valueFrom: `arn:aws:ssm:${region}:${account}:parameter/api/key` }],
        healthCheck: {
          command: [
            "CMD",
            "node",
            "-e",
            `fetch("http://localhost:8080/").then(() => {}, () => process.exit(1))`,
          ],
          interval: 5,
        },
      },
    );
    await running();
    await until(() => base.logs.some((line) => line.includes("hello s3cret")) || undefined);
    assert.equal((await containersOf()).length, 3);
  });

  it("that use more memory than they have are killed, in ECS's words", async () => {
    await run("const all = []; for (;;) all.push(Buffer.alloc(20_000_000, 1));");
    const { containers, stopCode, stoppedReason } = await stopped();
    assert.equal(stopCode, "EssentialContainerExited");
    assert.match(stoppedReason ?? "", /OutOfMemoryError: Container killed due to memory usage/);
    assert.deepEqual(
      [containers?.[0]?.exitCode, containers?.[0]?.reason],
      [137, "OutOfMemoryError: Container killed due to memory usage"],
    );
  });

  it("whose disk is full end as their program does, say why, and are replaced", async () => {
    // 64 MB by default: https://docs.docker.com/reference/cli/docker/container/run/#shm-size
    await run(`require("node:fs").writeFileSync("/dev/shm/full", Buffer.alloc(100_000_000))`, {
      logConfiguration,
    });
    const { taskArn, containers, stopCode } = await stopped();
    assert.deepEqual([stopCode, containers?.[0]?.exitCode], ["EssentialContainerExited", 1]);
    await until(
      () => base.logs.some((line) => line.includes("ENOSPC: no space left on device")) || undefined,
    );
    await until(async () => (await tasks("STOPPED")).find((task) => task.taskArn !== taskArn));
  });

  it("that somebody kills are replaced", async () => {
    await run(stays);
    const first = await running();
    await daemon.docker.getContainer(first.containers?.[0]?.runtimeId ?? "").kill();
    const ended = await stopped();
    assert.match(
      ended.stoppedReason ?? "",
      /Essential container in task exited: web: exit code 137 \(SIGKILL\)/,
    );
    const next = await until(async () =>
      (await tasks()).find(
        ({ taskArn, lastStatus }) => lastStatus === "RUNNING" && taskArn !== first.taskArn,
      ),
    );
    assert.ok(next);
  });

  it("whose image cannot be pulled do not start, and say why", async () => {
    await run(stays, {}, { name: "side", image: "127.0.0.1:1/nowhere:1" });
    const { stopCode, stoppedReason } = await stopped();
    assert.equal(stopCode, "TaskFailedToStart");
    assert.match(
      stoppedReason ?? "",
      /^CannotPullContainerError: the image 127\.0\.0\.1:1\/nowhere:1 is not there and cannot be pulled: .*refused/,
    );
  });
});
