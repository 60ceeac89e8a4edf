import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import http from "node:http";
import type net from "node:net";
import type { Container, ContainerSpec } from "../../core/container-runtime";
import { Aws } from "../../core/aws";
import { Clock } from "../../core/clock";
import { dockerRuntime } from ".";
import { openDocker, type DockerDaemon } from "./daemon";
import { buildImageOf, nodeImage, nothingLeft } from "./testing";

const identity = {
  account: "111111111111",
  region: "eu-west-1",
  arn: "arn:aws:iam::111111111111:root",
  credentials: { accessKeyId: "111111111111", secretAccessKey: "x" },
};

describe("containers of the real Docker", function () {
  this.timeout(60_000);
  const warnings: string[] = [];
  let gateway: http.Server;
  let daemon: DockerDaemon;
  let runtime: ReturnType<typeof dockerRuntime>;
  let image = "";

  before(async () => {
    gateway = http.createServer((request, response) => response.end(`${request.method} ${request.url}`));
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    const gatewayPort = (gateway.address() as net.AddressInfo).port;
    image = nodeImage;
    const warn = (message: string) => void warnings.push(message);
    daemon = await openDocker({
      id: `test-${randomUUID().slice(0, 8)}`,
      gatewayPort,
      warn,
      relayImage: image,
    });
    const aws = new Aws(`http://127.0.0.1:${gatewayPort}`, new Clock(200), warn);
    runtime = dockerRuntime({ daemon, folder: "/nonexistent", aws });
  });
  after(async () => {
    await runtime.close();
    await daemon.close();
    gateway.closeAllConnections();
    gateway.close();
    await nothingLeft(daemon);
    assert.deepEqual(warnings, []);
  });

  const lines: string[] = [];
  beforeEach(() => void (lines.length = 0));

  function start(program: string, changes: Partial<ContainerSpec> = {}): Promise<Container> {
    return runtime.start({
      name: "api/4f2c/web",
      image,
      pullAs: identity,
      entryPoint: ["node"],
      command: ["-e", program],
      environment: {},
      containerPorts: [],
      stopTimeoutSeconds: 5,
      onLine: (line) => void lines.push(line),
      ...changes,
    });
  }

  it("runs a program with its environment, in its directory, and hands on every line that it prints", async () => {
    const container = await start(
      `
      console.log(process.env.A, process.cwd(), process.env.NODE_OPTIONS);
      console.error("to stderr, ä");
      process.stdout.write("a", () => setTimeout(() => process.stdout.write("b\\r\\n" + "x".repeat(300_000) + "\\nlast"), 300));
      `,
      {
        environment: { A: "one = 1", NODE_OPTIONS: "--max-old-space-size=100" },
        workingDirectory: "/tmp/new place",
      },
    );
    assert.deepEqual(await container.ended, { exitCode: 0, reason: "exit code 0" });
    assert.deepEqual(
      lines.map((line) => (line.length > 200 ? line.length : line)).sort(),
      [
        256_000,
        44_000,
        "ab",
        "last",
        'one = 1 /tmp/new place --require "/.greenroom/network.cjs" --max-old-space-size=100',
        "to stderr, ä",
      ].sort(),
    );
  });

  it("publishes ports on loopback, and gives programs the way to the gateway and to load balancers", async () => {
    const container = await start(
      `
      const http = require("node:http");
      const get = (url) => new Promise((done, fail) =>
        http.get(url, (r) => r.on("data", (d) => done(String(d)))).on("error", (e) => done(e.message)));
      http.createServer(async (_, response) => response.end(JSON.stringify([
        await get(process.env.AWS_ENDPOINT_URL + "/aws"),
        await get("http://web-1.eu-west-1.elb.amazonaws.com/balanced"),
      ]))).listen(8080);
      `,
      { containerPorts: [8080] },
    );
    const { host, port } = container.address(8080);
    assert.equal(host, "127.0.0.1");
    const answer = await eventually(async () => (await fetch(`http://${host}:${port}/`)).json());
    assert.deepEqual(answer, ["GET /aws", "GET /balanced"]);
    assert.throws(() => container.address(81), /the container api\/4f2c\/web has no port 81/);
    const { NetworkSettings } = await daemon.docker.getContainer(container.id).inspect();
    const published = Object.values(NetworkSettings.Ports).flatMap((one) => one ?? []);
    assert.deepEqual(
      published.map(({ HostIp }) => HostIp),
      ["127.0.0.1"],
    );
    await container.stop();
  });

  it("sends the image's stop signal, and kills what does not listen to it", async () => {
    const tag = `greenroom-test/stop-signal:${randomUUID().slice(0, 8)}`;
    await buildImageOf(daemon.docker, tag, `FROM ${image}\nSTOPSIGNAL SIGUSR2\n`);
    const polite = await start(
      `process.on("SIGUSR2", () => { console.log("bye"); process.exit(7); }); setInterval(() => {}, 1000); console.log("up")`,
      { image: tag },
    );
    await eventually(() => assert.deepEqual(lines, ["up"]));
    await polite.stop();
    assert.equal((await polite.ended).exitCode, 7);
    assert.deepEqual(lines, ["up", "bye"]);
    await daemon.docker.getImage(tag).remove();

    const deaf = await start(
      `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")`,
      {
        stopTimeoutSeconds: 1,
      },
    );
    await eventually(() => assert.equal(lines.length, 3));
    const begun = Date.now();
    await deaf.stop();
    assert.deepEqual(await deaf.ended, { exitCode: 137, reason: "exit code 137 (SIGKILL)" });
    const took = Date.now() - begun;
    assert.ok(took >= 900 && took < 6000, `${took} ms`);
    await deaf.stop();
  });

  it("limits memory and CPU", async () => {
    const greedy = await start(`const all = []; for (;;) all.push(Buffer.alloc(20_000_000, 1));`, {
      memoryMiB: 100,
      cpuUnits: 256,
    });
    const { HostConfig } = await daemon.docker.getContainer(greedy.id).inspect();
    assert.equal(HostConfig.NanoCpus, 250_000_000);
    assert.deepEqual(await greedy.ended, {
      exitCode: 137,
      reason: "OutOfMemoryError: Container killed due to memory usage",
    });
  });

  it("tells of the end of a container that ends at once before anybody misses its port", async () => {
    for (let i = 0; i < 5; i++) {
      const container = await start("", { entryPoint: ["true"], command: [], containerPorts: [8080] });
      let over = false;
      void container.ended.then(() => (over = true));
      await Promise.resolve().then(() => undefined);
      assert.ok(over || container.address(8080).port > 0);
      await container.ended;
    }
  });

  it("tells of a container that is killed or removed from outside", async () => {
    const killed = await start(`setInterval(() => {}, 1000)`);
    await daemon.docker.getContainer(killed.id).kill();
    assert.deepEqual(await killed.ended, { exitCode: 137, reason: "exit code 137 (SIGKILL)" });
    const removed = await start(`setInterval(() => {}, 1000)`);
    await daemon.docker.getContainer(removed.id).remove({ force: true });
    assert.match((await removed.ended).reason, /removed by somebody else|SIGKILL/);
    await removed.stop();
  });

  it("refuses an image that is not there, a program that is not there, and too little memory, and leaves nothing", async () => {
    await assert.rejects(
      start("", { image: "127.0.0.1:1/nowhere:1" }),
      /^Error: CannotPullContainerError: the image 127\.0\.0\.1:1\/nowhere:1 is not there and cannot be pulled: .*connection refused/,
    );
    await assert.rejects(
      start("", { entryPoint: ["/no/such"] }),
      /^Error: CannotStartContainerError: Error response from daemon: .*no such file or directory/,
    );
    await assert.rejects(
      start("", { memoryMiB: 1 }),
      /^Error: CannotCreateContainerError: Error response from daemon: Minimum memory limit/,
    );
    await assert.rejects(start("", { image: "UPPER" }), /invalid reference format/);
    const left = await daemon.docker.listContainers({
      all: true,
      filters: { label: [`greenroom.rehearsal=${daemon.labels["greenroom.rehearsal"]}`] },
    });
    assert.deepEqual(
      left.map(({ Names }) => Names[0]),
      [`/${daemon.network.name}-relay`],
    );
  });

  it("runs health checks, at most once a second", async () => {
    const seen: string[] = [];
    const container = await start(`setInterval(() => {}, 1000)`, {
      healthCheck: {
        command: ["CMD-SHELL", "test ! -e /tmp/ill"],
        intervalSeconds: 5,
        timeoutSeconds: 5,
        retries: 2,
        startPeriodSeconds: 0,
        onChange: (health) => void seen.push(health),
      },
    });
    const docker = daemon.docker.getContainer(container.id);
    const { Config } = (await docker.inspect()) as unknown as {
      Config: { Healthcheck: { Interval: number } };
    };
    assert.equal(Config.Healthcheck.Interval, 1e9);
    await eventually(() => assert.deepEqual(seen, ["HEALTHY"]));
    const exec = await docker.exec({ Cmd: ["touch", "/tmp/ill"] });
    await exec.start({});
    await eventually(() => assert.deepEqual(seen, ["HEALTHY", "UNHEALTHY"]));
    await container.stop();
  });

  it("puts containers of a task into one network, in which they reach each other on localhost", async () => {
    const network = await runtime.openTaskNetwork?.([8080]);
    assert.ok(network);
    const web = await start(
      `require("node:http").createServer((_, r) => r.end("from the other")).listen(8080)`,
      { network, containerPorts: [8080] },
    );
    const address = network.address(8080);
    await eventually(async () => {
      assert.equal(await (await fetch(`http://${address.host}:${address.port}/`)).text(), "from the other");
    });
    const side = await start(`fetch("http://localhost:8080/").then((r) => r.text()).then(console.log)`, {
      network,
    });
    await side.ended;
    assert.deepEqual(lines, ["from the other"]);
    await web.stop();
    await network.close();
  });
});

async function eventually<T>(check: () => Promise<T> | T): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
