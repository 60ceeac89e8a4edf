import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import http from "node:http";
import type net from "node:net";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { openDocker, type DockerDaemon } from "./daemon";
import { nodeImage, nothingLeft } from "./testing";

describe("Docker's private network", () => {
  const warnings: string[] = [];
  let daemon: DockerDaemon;
  let gateway: http.Server;
  let gatewayPort = 0;

  before(async function () {
    this.timeout(60_000);
    gateway = http.createServer(answer);
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    gatewayPort = (gateway.address() as net.AddressInfo).port;
    daemon = await openDocker({
      id: `test-${randomUUID().slice(0, 8)}`,
      gatewayPort,
      warn: (message) => warnings.push(message),
      relayImage: nodeImage,
    });
  });
  after(async function () {
    this.timeout(60_000);
    await daemon.close();
    gateway.closeAllConnections();
    gateway.close();
    await nothingLeft(daemon);
    assert.deepEqual(warnings, []);
  });

  function answer(request: http.IncomingMessage, response: http.ServerResponse) {
    if (request.url === "/silent") return void request.socket.destroy();
    const hash = createHash("sha256");
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      hash.update(chunk);
      size += chunk.length;
    });
    request.on("end", () => {
      if (request.url === "/big") return void response.end(Buffer.alloc(50_000_000, "x"));
      response.end(`${size} ${hash.digest("hex")} ${request.headers.host}`);
    });
  }

  /** Runs a program of Node.js in a container of the network, and gives what it prints. */
  async function run(program: string, input?: Buffer): Promise<string> {
    const container = await daemon.docker.createContainer({
      Image: nodeImage,
      Entrypoint: ["node"],
      Cmd: ["-e", program],
      Labels: { ...daemon.labels },
      OpenStdin: !!input,
      StdinOnce: !!input,
      AttachStdin: !!input,
      Env: [`GATEWAY=${daemon.relay.endpoint}`],
      HostConfig: { NetworkMode: daemon.network.name },
    });
    const attached = await container.attach({
      stream: true,
      stdin: !!input,
      stdout: true,
      stderr: true,
      hijack: true,
    });
    const both = new PassThrough();
    daemon.docker.modem.demuxStream(attached, both, both);
    attached.on("end", () => both.end());
    await container.start();
    if (input) attached.end(input);
    const text = (await buffer(both)).toString();
    await container.remove({ force: true });
    return text.trim();
  }

  it("carries requests to the gateway's loopback port, also from port 80, with the Host header as sent", async function () {
    this.timeout(30_000);
    const { address } = daemon.relay;
    const text = await run(`
      const http = require("node:http");
      const get = (url, headers) => new Promise((done) =>
        http.get(url, { headers }, (r) => r.on("data", (d) => done(String(d)))));
      get(process.env.GATEWAY + "/").then(async (first) => {
        console.log(first);
        console.log(await get("http://${address}/", { host: "1.dkr.ecr.eu-west-1.amazonaws.com" }));
      })`);
    const empty = createHash("sha256").digest("hex");
    assert.deepEqual(text.split("\n"), [
      `0 ${empty} ${address}:${gatewayPort}`,
      `0 ${empty} 1.dkr.ecr.eu-west-1.amazonaws.com`,
    ]);
  });

  it("carries 200 connections at once, and 50 MB each way, byte for byte", async function () {
    this.timeout(60_000);
    const text = await run(`
      const http = require("node:http"), { createHash, randomBytes } = require("node:crypto");
      const body = randomBytes(50_000_000);
      const send = (path, data) => new Promise((done, fail) => {
        const request = http.request(process.env.GATEWAY + path, { method: "POST", agent: false }, (r) => {
          let size = 0, text = "";
          r.on("data", (d) => { size += d.length; if (text.length < 200) text += d; });
          r.on("end", () => done([size, text]));
        });
        request.on("error", fail);
        request.end(data);
      });
      (async () => {
        const [, up] = await send("/", body);
        console.log(up.startsWith("50000000 " + createHash("sha256").update(body).digest("hex")));
        console.log((await send("/big", ""))[0]);
        const many = await Promise.all(Array.from({ length: 200 }, (_, i) => send("/", String(i))));
        console.log(new Set(many.map(([, text]) => text)).size);
      })()`);
    assert.deepEqual(text.split("\n"), ["true", "50000000", "200"]);
  });

  it("passes on a half-closed connection and a reset one", async function () {
    this.timeout(30_000);
    const { address } = daemon.relay;
    const text = await run(`
      const net = require("node:net");
      const half = net.connect({ host: "${address}", port: 80, allowHalfOpen: true });
      half.end("GET / HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n");
      let text = "";
      half.on("data", (d) => (text += d));
      half.on("end", () => {
        console.log(text.split("\\r\\n")[0]);
        const broken = net.connect({ host: "${address}", port: 80 });
        broken.write("GET /silent HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n");
        broken.on("error", () => {});
        broken.on("close", () => console.log("closed"));
      });`);
    assert.equal(text, "HTTP/1.1 200 OK\nclosed");
  });

  it("opens nothing of the gateway beyond loopback, and its network publishes on loopback", async () => {
    const { HostConfig } = await daemon.docker.getContainer(`${daemon.network.name}-relay`).inspect();
    const bindings = Object.values(HostConfig.PortBindings as Record<string, { HostIp: string }[]>).flat();
    assert.deepEqual([...new Set(bindings.map(({ HostIp }) => HostIp))], ["127.0.0.1"]);
    assert.equal(HostConfig.Privileged, false);
    const network = (await daemon.docker.getNetwork(daemon.network.id).inspect()) as { Options: object };
    assert.deepEqual(network.Options, { "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1" });
  });
});
