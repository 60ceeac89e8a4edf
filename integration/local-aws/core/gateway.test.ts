import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import type { Listener } from "./acting";
import { Gateway } from "./gateway";

describe("the gateway as an HTTP proxy", () => {
  const base = http.createServer((request, response) =>
    response.end(`${request.headers.host} ${request.url}`),
  );
  const warnings: string[] = [];
  const gateway = new Gateway((message) => warnings.push(message));
  let port: number;

  before(async () => {
    await new Promise<void>((resolve) => base.listen(0, "127.0.0.1", resolve));
    port = Number(new URL(await gateway.listen(0)).port);
    gateway.useBase(`http://127.0.0.1:${(base.address() as net.AddressInfo).port}`);
    const matches = (host: string) => host === "known.elb.amazonaws.com";
    const handler: Listener = (_request, response) => void response.end("a load balancer");
    gateway.use({ signingName: "elasticloadbalancing", hosts: [{ matches, handler }] });
  });
  beforeEach(() => (warnings.length = 0));
  after(async () => {
    await gateway.close();
    base.closeAllConnections();
    base.close();
  });

  const through = async (target: string) => {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http
        .get(
          {
            host: "127.0.0.1",
            port,
            path: target,
            headers: { host: new RegExp("//([^/]+)").exec(target)?.[1] },
          },
          resolve,
        )
        .on("error", reject);
    });
    return { status: answer.statusCode, body: await text(answer) };
  };

  it("takes its own address with an SDK's host prefix, which no URL parser does", async () => {
    const host = `111111111111.127.0.0.1:${port}`;
    assert.deepEqual(await through(`http://${host}/v20180820/tags/x?y=1`), {
      status: 200,
      body: `${host} /v20180820/tags/x?y=1`,
    });
    assert.deepEqual(warnings, []);
  });

  it("takes the names that it serves itself", async () => {
    assert.equal((await through("http://known.elb.amazonaws.com/")).body, "a load balancer");
  });

  it("refuses what would leave the machine, and says so", async () => {
    const { status, body } = await through("http://sts.amazonaws.com/");
    assert.equal(status, 403);
    assert.equal(body, "sts.amazonaws.com is not on this machine, and no request leaves it\n");
    // Somebody else's address that only ends like the gateway's own.
    assert.equal((await through(`http://evil127.0.0.1:${port}/`)).status, 403);
    assert.deepEqual(warnings, [
      "a request to sts.amazonaws.com was refused: no request leaves this machine",
      `a request to evil127.0.0.1:${port} was refused: no request leaves this machine`,
    ]);
  });

  it("opens no tunnel", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(port, "127.0.0.1", () =>
        socket.write("CONNECT s3.amazonaws.com:443 HTTP/1.1\r\nhost: s3.amazonaws.com:443\r\n\r\n"),
      );
      socket.once("data", (data) => resolve(String(data)));
      socket.once("error", reject);
    });
    assert.match(answer, /^HTTP\/1\.1 403 /);
    assert.deepEqual(warnings, [
      "a request to s3.amazonaws.com:443 was refused: no request leaves this machine",
    ]);
  });
});
