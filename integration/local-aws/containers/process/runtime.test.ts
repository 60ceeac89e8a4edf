import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs/promises";

import path from "node:path";
import { Aws } from "../../core/aws";
import { Clock } from "../../core/clock";
import type { BuildRoom, Container, ContainerRuntime, ContainerSpec } from "../../core/container-runtime";
import { OpenRooms } from "./rooms/open";
import { processRuntime } from "./runtime";
import { FakeEcr, folderOf, ownNode } from "./testing";

const host = "111111111111.dkr.ecr.us-east-1.amazonaws.com";
const base = "public.ecr.aws/docker/library/node:22-alpine";
const server = `
  const http = require("node:http");
  const { PORT, HOST, VERSION, MODE } = process.env;
  http.createServer((_, answer) => answer.end(JSON.stringify({ ...process.env, cwd: process.cwd() }))).listen(PORT, HOST, () => console.log("listening"));
  process.on("SIGINT", () => { console.log("stopping"); if (MODE !== "stubborn") process.exit(0); });
`;

describe("the process runtime", () => {
  let ecr: FakeEcr;
  let work: string;
  let aws: Aws;
  let runtime: ContainerRuntime;
  let output: string[];

  beforeEach(async () => {
    ecr = await new FakeEcr().listen();
    work = await folderOf({});
    aws = new Aws(ecr.endpoint, new Clock(1), assert.fail);
    runtime = newRuntime();
    output = [];
  });
  afterEach(async () => {
    await runtime.close();
    aws.close();
    await ecr.close();
    await fs.rm(work, { recursive: true, force: true });
  });

  const newRuntime = () =>
    processRuntime({
      folder: path.join(work, "run"),
      cacheFolder: path.join(work, "cache"),
      aws,
      gateway: ecr,
      rooms: new OpenRooms(ecr.endpoint, "not needed here"),
      nodes: ownNode,
      venvBin: path.join(work, "venv"),
    });

  const room = (more: { privileged?: boolean; cacheModes?: string[]; image?: string } = {}) =>
    runtime.openBuildRoom({
      id: "project:1",
      project: "arn:aws:codebuild:eu-west-1:111111111111:project/project",
      pullAs: aws.root("111111111111", "eu-west-1"),
      image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
      privileged: true,
      cacheModes: [],
      ...more,
    });

  async function script(
    where: BuildRoom,
    text: string,
    environment: Record<string, string> = {},
    signal?: AbortSignal,
  ) {
    const file = path.join(where.scratchDirectory.host, "script.sh");
    await fs.writeFile(file, text);
    let told = "";
    const { exitCode } = await where.run({
      script: file,
      environment,
      onOutput: (more) => (told += more),
      signal: signal ?? new AbortController().signal,
    });
    return { exitCode, told };
  }

  /** Builds and pushes the server above through the real `docker` command; gives the image by digest. */
  async function release(): Promise<string> {
    const where = await room();
    const dockerfile = [
      `FROM ${base}`,
      "WORKDIR /app",
      "COPY main.js .",
      "ENV VERSION=v1 PORT=1",
      "STOPSIGNAL SIGINT",
      'CMD ["main.js"]',
    ];
    await fs.writeFile(path.join(where.sourceDirectory.host, "Dockerfile"), dockerfile.join("\n"));
    await fs.writeFile(path.join(where.sourceDirectory.host, "main.js"), server);
    const { exitCode, told } = await script(
      where,
      `set -e
      printf secret | docker login -u AWS --password-stdin ${host}
      docker build -t ${host}/api:1 .
      docker push ${host}/api:1
      docker inspect -f '{{index .RepoDigests 0}}' ${host}/api:1 > uri`,
    );
    assert.equal(exitCode, 0, told);
    const uri = (await fs.readFile(path.join(where.sourceDirectory.host, "uri"), "utf8")).trim();
    await where.close();
    return uri;
  }

  const start = (spec: Partial<ContainerSpec>) =>
    runtime.start({
      name: "api/1",
      image: base,
      pullAs: aws.root("111111111111", "us-east-1"),
      environment: {},
      containerPorts: [8080],
      stopTimeoutSeconds: 5,
      onLine: (line) => output.push(line),
      ...spec,
    });

  async function environmentOf(container: Container): Promise<Record<string, string>> {
    const { host, port } = container.address(8080);
    for (let i = 0; i < 500; i++) {
      const answer = await fetch(`http://${host}:${port}/`).catch(() => undefined);
      if (answer) return (await answer.json()) as Record<string, string>;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return assert.fail(`nothing answers on port ${port}`);
  }

  async function said(line: string): Promise<void> {
    for (let i = 0; i < 500 && !output.includes(line); i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(output.includes(line), `"${line}" is not in ${JSON.stringify(output)}`);
  }

  const isRunning = (pid: number) => {
    // One that has ended may wait, as a zombie, for its parent to notice.
    const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
    return stdout.trim() !== "" && !stdout.startsWith("Z");
  };

  it("runs what a build pushed, and stops it with its stop signal", async () => {
    const uri = await release();
    process.env.HOST_SECRET = "secret";
    const container = await start({
      image: uri,
      environment: { ENVIRONMENT: "staging", NODE_OPTIONS: "--no-warnings" },
    });
    delete process.env.HOST_SECRET;
    assert.equal(container.imageDigest, uri.split("@")[1]);
    const seen = await environmentOf(container);
    assert.deepEqual(
      {
        VERSION: seen.VERSION,
        ENVIRONMENT: seen.ENVIRONMENT,
        HOST: seen.HOST,
        PORT: seen.PORT,
        secret: seen.HOST_SECRET,
      },
      {
        VERSION: "v1",
        ENVIRONMENT: "staging",
        HOST: container.address(8080).host,
        PORT: String(container.address(8080).port),
        secret: undefined,
      },
    );
    assert.equal(seen.AWS_ENDPOINT_URL, ecr.endpoint);
    assert.match(seen.NODE_OPTIONS ?? "", /^--require ".*network.cjs" --no-warnings$/);
    assert.match(seen.cwd ?? "", /\/app$/);
    await container.stop();
    assert.deepEqual(await container.ended, { exitCode: 0, reason: "exit code 0" });
    assert.deepEqual(output, ["listening", "stopping"]);
  });

  it("gives containers of one image their own ports and folders, and pulls once", async () => {
    const uri = await release();
    ecr.requests.length = 0;
    const containers = await Promise.all([1, 2, 3].map(() => start({ image: uri })));
    assert.equal(ecr.requests.filter((request) => request.includes("/manifests/")).length, 1);
    assert.equal(new Set(containers.map((container) => container.address(8080).port)).size, 3);
    const folders = await Promise.all(
      containers.map(async (container) => (await environmentOf(container)).cwd),
    );
    assert.equal(new Set(folders).size, 3);
  });

  for (const [what, listen, says] of [
    ["localhost only", "process.env.PORT, 'localhost'", /listens on localhost only, .*: listen at \$HOST/],
    ["another port", "0", /nothing accepted connections at \$HOST and \$PORT \(127\.0\.0\.\d:\d+\)/],
  ] as const) {
    it(`does not reach a container that listens on ${what}, and says so in its log`, async function () {
      if (process.platform !== "linux") this.skip();
      const program = `require("http").createServer().listen(${listen}, () => console.log("listening"))`;
      const container = await start({ command: ["-e", program] });
      await said("listening");
      const { host: at, port } = container.address(8080);
      await assert.rejects(fetch(`http://${at}:${port}/`), /fetch failed/);
      await container.stop();
      assert.match(output.at(-1) ?? "", says);
    });
  }

  it("kills a container that does not stop in time, with what it started", async () => {
    const uri = await release();
    const container = await start({ image: uri, environment: { MODE: "stubborn" }, stopTimeoutSeconds: 0.1 });
    await said("listening");
    await container.stop();
    assert.deepEqual(await container.ended, { exitCode: 137, reason: "ended by SIGKILL" });
  });

  it("ends what a container left running when its program ends", async () => {
    const container = await start({ entryPoint: ["/bin/sh", "-c"], command: ["sleep 60 & echo $!; exit 3"] });
    assert.deepEqual(await container.ended, { exitCode: 3, reason: "exit code 3" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isRunning(Number(output[0])), false);
  });

  it("starts a base image with a command, without pulling it", async () => {
    const container = await start({
      command: ["-e", "console.log('one\\ntwo'); process.stdout.write('three')"],
    });
    assert.equal(container.imageDigest, undefined);
    assert.equal((await container.ended).exitCode, 0);
    assert.deepEqual(output, ["one", "two", "three"]);
    assert.deepEqual(ecr.requests, []);
  });

  it("refuses an image whose bytes are not what its digest says", async () => {
    const uri = await release();
    const layer = [...ecr.content.keys()].find((key) =>
      ecr.content
        .get(key)
        ?.subarray(0, 2)
        .equals(Buffer.from([0x1f, 0x8b])),
    );
    ecr.content.set(layer ?? "", Buffer.from("other"));
    await assert.rejects(start({ image: uri }), /the bytes of api@sha256:.* have another digest/);
  });

  it("refuses a repository that lacks a layer, though another has it", async () => {
    const uri = await release();
    await (await start({ image: uri })).stop();
    const digest = uri.split("@")[1];
    ecr.content.set(`${host}/copy ${digest}`, ecr.content.get(`${host}/api ${digest}`) ?? Buffer.alloc(0));
    await assert.rejects(start({ image: `${host}/copy@${digest}` }), /answered 404/);
  });

  const refused: [spec: Partial<ContainerSpec>, message: RegExp][] = [
    [
      { image: "nginx:1" },
      /^Error: the process runtime cannot pull nginx:1, only images of ECR; use --containers docker$/,
    ],
    [{ image: "no image" }, /is not the name of an image/],
    [{ image: `${host}/api:none` }, /manifest unknown: .*\/api has no image none/],
    [
      { containerPorts: [80, 443] },
      /api\/1 has 2 ports \(80, 443\).* one port to a container.*--containers docker/,
    ],
    [{ entryPoint: ["no-such-program"] }, /exec: "no-such-program": executable file not found/],
    [{ entryPoint: [""], command: [] }, /cannot start|argument/],
  ];
  for (const [spec, message] of refused) {
    it(`refuses to start ${JSON.stringify(spec)}`, () => assert.rejects(start(spec), message));
  }

  it("gives a build a place of its own, without what is secret here", async () => {
    process.env.HOST_SECRET = "secret";
    const [one, two] = [await room(), await room()];
    delete process.env.HOST_SECRET;
    await fs.writeFile(path.join(one.sourceDirectory.host, "a"), "");
    const seen = await script(one, "ls; env; exit 4", {
      CODEBUILD_BUILD_ID: "project:1",
      NODE_OPTIONS: "--no-warnings",
    });
    assert.equal(seen.exitCode, 4);
    assert.match(seen.told, /^a\n/);
    assert.doesNotMatch(seen.told, /HOST_SECRET/);
    assert.match(seen.told, /^CODEBUILD_BUILD_ID=project:1$/m);
    assert.match(seen.told, /^NODE_OPTIONS=--require .*network.cjs" --no-warnings$/m);
    assert.match(seen.told, new RegExp(`^PATH=${work}/run/containers/programs/build:`, "m"));
    assert.equal((await script(two, "ls")).told, "");
    await one.close();
    assert.deepEqual(await fs.readdir(path.dirname(path.dirname(two.sourceDirectory.host))), [
      path.basename(path.dirname(two.sourceDirectory.host)),
    ]);
  });

  it("has no Docker in a build that is not privileged", async () => {
    const { exitCode, told } = await script(await room({ privileged: false }), "docker build .");
    assert.equal(exitCode, 1);
    assert.match(told, /Cannot connect to the Docker daemon .* Is the docker daemon running\?/);
  });

  it("keeps layers from build to build only where the project's cache says so", async () => {
    const build = async (cacheModes: string[]) => {
      const where = await room({ cacheModes });
      await fs.writeFile(
        path.join(where.sourceDirectory.host, "Dockerfile"),
        "FROM node:22\nRUN echo x > y\n",
      );
      return (await script(where, "docker build .")).told.includes("CACHED");
    };
    assert.deepEqual([await build([]), await build([])], [false, false]);
    const mode = ["LOCAL_DOCKER_LAYER_CACHE"];
    assert.deepEqual([await build(mode), await build(mode), await build([])], [false, true, false]);
    await runtime.close();
    runtime = newRuntime();
    assert.equal(await build(mode), true);
  });

  it("ends a build at once when it is stopped, with its docker build", async () => {
    const where = await room();
    await fs.writeFile(
      path.join(where.sourceDirectory.host, "Dockerfile"),
      "FROM node:22\nRUN echo $$ > pid; sleep 60\n",
    );
    const stop = new AbortController();
    const running = script(where, `echo $$ > pid; docker build .`, {}, stop.signal);
    const pidFile = path.join(where.sourceDirectory.host, "../docker/build-1/stage-0/pid");
    let pid = "";
    for (let i = 0; i < 500 && !pid; i++) {
      pid = await fs.readFile(pidFile, "utf8").catch(() => "");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.ok(isRunning(Number(pid)));
    stop.abort();
    assert.equal((await running).exitCode, 137);
    await where.close();
    assert.equal(isRunning(Number(pid)), false);
  });

  it("refuses build images that it cannot stand in for", async () => {
    await assert.rejects(room({ image: "me/builder:1" }), /not for me\/builder:1; use --containers docker/);
    await assert.rejects(
      room({ image: "aws/codebuild/windows-base:2019-1.0" }),
      /not for aws\/codebuild\/windows/,
    );
  });

  it("leaves no process and no folder when it is closed", async () => {
    const container = await start({
      command: ["-e", "console.log(process.pid); setInterval(() => {}, 1000)"],
    });
    const where = await room();
    const running = script(where, "echo $$ > pid; sleep 60");
    for (let i = 0; i < 500 && !output[0]; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    await runtime.close();
    assert.equal((await running).exitCode, 137);
    assert.equal((await container.ended).exitCode, 137);
    assert.equal(isRunning(Number(output[0])), false);
    assert.deepEqual(await fs.readdir(path.join(work, "run")), []);
    await assert.rejects(start({}), /being shut down/);
  });
});
