import type { IncomingMessage } from "node:http";
import { isIP, connect, type Socket } from "node:net";
import { lookup } from "node:dns/promises";
import os from "node:os";
import type { Duplex } from "node:stream";

/**
 * Lets builds reach package registries, as an HTTPS proxy: any host by its name on port 443, but nothing that is this
 * machine, and no address that only machines beside it have.
 */
export class Outbound {
  /** @param secret whoever names it may go outside */
  constructor(
    private readonly secret: string,
    private readonly upstream = upstreamOf(process.env),
    private readonly addressOf = publicAddress,
  ) {}

  /** Whether the request is of somebody who may. */
  admits({ headers }: Pick<IncomingMessage, "headers">): boolean {
    const [, credentials = ""] = /^basic (.+)$/i.exec(headers["proxy-authorization"] ?? "") ?? [];
    return Buffer.from(credentials, "base64").toString() === `registries:${this.secret}`;
  }

  /** Connects it with `host:443`; answers it as a proxy does. */
  async tunnel(target: string, socket: Duplex, head: Buffer): Promise<void> {
    const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
    const [, host = "", port = ""] = /^([^:[\]]+):(\d+)$/.exec(target) ?? [];
    const address = port === "443" ? await this.addressOf(host) : undefined;
    if (!address) return void refuse("403 Forbidden");
    const opening = this.upstream ? throughProxy(this.upstream, target).catch(() => undefined) : undefined;
    const open = opening ? await opening : connect(443, address);
    if (!open) return void refuse("502 Bad Gateway");
    open.once("error", () => (socket.writable ? refuse("502 Bad Gateway") : socket.destroy()));
    socket.once("error", () => open.destroy());
    const begin = () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      if (head.length > 0) open.write(head);
      socket.pipe(open).pipe(socket);
    };
    if (open.connecting) open.once("connect", begin);
    else begin();
  }
}

/** The address of a host that is not this machine; undefined for one that is, and for addresses. */
async function publicAddress(host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return undefined;
  const found = await lookup(host).catch(() => undefined);
  if (!found) return undefined;
  const own = Object.values(os.networkInterfaces()).flatMap((one = []) => one.map(({ address }) => address));
  const near = /^(127\.|0\.|169\.254\.|::1$|::$|fe80:)/i.test(found.address);
  return near || own.includes(found.address) ? undefined : found.address;
}

/** The proxy that this machine itself goes through. */
function upstreamOf(environment: NodeJS.ProcessEnv): URL | undefined {
  const { https_proxy: lower, HTTPS_PROXY: upper } = environment;
  const proxy = lower ?? upper;
  return proxy ? new URL(proxy) : undefined;
}

function throughProxy(proxy: URL, target: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(proxy.port) || 80, proxy.hostname);
    socket.once("error", reject);
    const login = proxy.username
      ? `proxy-authorization: Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString("base64")}\r\n`
      : "";
    socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${login}\r\n`);
    let answer = "";
    const read = (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", read).pause();
      if (!/^HTTP\/1\.\d 200/.test(answer)) return reject(new Error(answer.split("\r\n")[0]));
      const rest = Buffer.from(answer.slice(end + 4), "latin1");
      if (rest.length > 0) socket.unshift(rest);
      resolve(socket);
    };
    socket.on("data", read);
  });
}
