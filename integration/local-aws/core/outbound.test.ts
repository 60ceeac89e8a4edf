import assert from "node:assert/strict";
import http from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";
import os from "node:os";
import { Outbound } from "./outbound";

describe("the way to package registries", () => {
  const credentials = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  const closing: (() => void)[] = [];
  afterEach(() => closing.splice(0).forEach((close) => close()));

  async function listening(server: net.Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  /** What a client that asks for a tunnel is answered, and then gets. */
  async function asked(outbound: Outbound, target: string, then = ""): Promise<string> {
    const proxy = http.createServer();
    proxy.on(
      "connect",
      (request, socket: Socket, head) => void outbound.tunnel(request.url ?? "", socket, head),
    );
    const client = net.connect(await listening(proxy), "127.0.0.1");
    client.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n\r\n`);
    let got = "";
    client.setEncoding("utf8");
    for await (const text of client) {
      got += text as string;
      if (got.endsWith("\r\n\r\n") && then) client.write(then);
      else if (got.endsWith("!")) client.end();
    }
    return got;
  }

  it("is open to whoever names the secret", () => {
    const outbound = new Outbound("secret", undefined);
    const admits = (header?: string) => outbound.admits({ headers: { "proxy-authorization": header } });
    assert.equal(admits(credentials("registries:secret")), true);
    for (const other of [undefined, "Basic ", credentials("registries:"), credentials("x:secret"), "secret"])
      assert.equal(admits(other), false);
  });

  it("leads to no address, no other port, and not to this machine", async () => {
    const outbound = new Outbound("secret", undefined);
    for (const target of [
      "127.0.0.1:443",
      "169.254.169.254:443",
      "localhost:443",
      "localhost:80",
      `${os.hostname()}:443`,
      "[::1]:443",
      "no-such-host.invalid:443",
    ])
      assert.match(await asked(outbound, target), /^HTTP\/1\.1 403 Forbidden\r\n/, target);
  });

  it("leads through this machine's own proxy, with its login", async () => {
    const seen: string[] = [];
    const upstream = http.createServer();
    upstream.on("connect", (request, socket) => {
      seen.push(`${request.url} ${request.headers["proxy-authorization"]}`);
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.on("data", (text: Buffer) => socket.end(`${String(text)}!`));
    });
    const port = await listening(upstream);
    const outbound = new Outbound("secret", new URL(`http://me:p%40ss@127.0.0.1:${port}`), () =>
      Promise.resolve("203.0.113.1"),
    );
    assert.equal(
      await asked(outbound, "registry.example.com:443", "hello"),
      "HTTP/1.1 200 Connection Established\r\n\r\nhello!",
    );
    assert.deepEqual(seen, [`registry.example.com:443 ${credentials("me:p@ss")}`]);
  });

  it("says where that proxy refuses", async () => {
    const upstream = http.createServer();
    upstream.on("connect", (_, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
    const proxy = new URL(`http://127.0.0.1:${await listening(upstream)}`);
    const outbound = new Outbound("secret", proxy, () => Promise.resolve("203.0.113.1"));
    assert.match(await asked(outbound, "registry.example.com:443"), /^HTTP\/1\.1 502 Bad Gateway/);
  });
});
