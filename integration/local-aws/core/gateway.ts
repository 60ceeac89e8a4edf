import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo, Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { AcceptedWrite, Acting, Answer, Call, Host, Listener } from "./acting";
import { BaseClient, type Bases } from "./base-client";
import { CallersOfBase, UnknownCallerError, type Callers } from "./identity";
import { Outbound } from "./outbound";
import { ofWebPage } from "./web-page";
import { protocolOf } from "./protocols";
import { proxyTarget } from "./proxy-target";
import { credentialScope, type Scope } from "./scope";

export class PortTakenError extends Error {
  override name = "PortTakenError";

  constructor(port: number) {
    super(`port ${port} of 127.0.0.1 is taken; choose another one, or 0 for any that is free`);
  }
}

/**
 * The one endpoint of the local AWS, on loopback. Routes a call by the service in its SigV4 credential scope: to
 * an acting service, or on to the base. It is an HTTP proxy too (absolute request targets), so that names that
 * no DNS knows here, such as a load balancer's, reach it from whatever the local AWS runs.
 */
export class Gateway {
  /** Whoever names it may reach package registries. */
  readonly outsideSecret = randomUUID();
  private readonly outbound = new Outbound(this.outsideSecret);
  private readonly addresses: string[] = [];
  private readonly acting = new Map<string, Acting>();
  private readonly hearers = new Map<string, ((write: AcceptedWrite) => void)[]>();
  private readonly hosts: Host[] = [];
  private readonly mounts = new Map<string, Listener>();
  private readonly callers: Callers = new CallersOfBase(() => this.base.urlOf("sts"));
  private readonly base: BaseClient = new BaseClient(this.callers);
  private readonly server = http.createServer((request, response) => {
    this.route(request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      if (error instanceof UnknownCallerError) return void send(response, refusal(request, error));
      response.writeHead(502, { "content-type": "application/json" });
      response.end(JSON.stringify({ __type: "ServiceUnavailable", message: `local AWS: ${String(error)}` }));
    });
  });

  /** @param warn gets what no caller gets to see, each request that would have left the machine among it */
  constructor(private readonly warn: (message: string) => void) {
    this.server.keepAliveTimeout = 60_000;
    this.server.on("connect", (request, socket, head) => {
      socket.on("error", () => undefined);
      if (this.outbound.admits(request)) return void this.outbound.tunnel(request.url ?? "", socket, head);
      this.outside(request.url ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    });
    this.server.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Opens the port on 127.0.0.1; 0 takes a free one. Gives the endpoint. @throws PortTakenError */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) =>
        reject(error.code === "EADDRINUSE" ? new PortTakenError(port) : error);
      this.server.once("error", failed);
      this.server.listen(port, "127.0.0.1", () => {
        this.server.off("error", failed);
        resolve();
      });
    });
    const address = this.server.address();
    if (typeof address !== "object" || !address) throw new Error("the gateway has no address");
    this.addresses.push(`127.0.0.1:${address.port}`);
    return `http://127.0.0.1:${address.port}`;
  }

  /** Clients reach it at this address (`HOST:PORT`), too. */
  alsoAt(address: string): void {
    this.addresses.push(address);
  }

  /** Hears what comes to another server, too: one that listens where this process does not. */
  hear(other: Server): void {
    other.on("connection", (socket) => this.server.emit("connection", socket));
    const { address, port } = other.address() as AddressInfo;
    this.alsoAt(`${address}:${port}`);
  }

  /** Gives an acting service what is its own from now on. */
  use(acting: Acting): void {
    this.acting.set(acting.signingName, acting);
    this.hosts.push(...(acting.hosts ?? []));
    for (const [name, handler] of Object.entries(acting.mounts ?? {})) this.mount(name, handler);
    for (const [name, hearer] of Object.entries(acting.hears ?? {}))
      this.hearers.set(name, [...(this.hearers.get(name) ?? []), hearer]);
  }

  /** Requests under `/_greenroom/NAME` go to `handler`: for helpers of the local AWS, not for AWS clients. */
  mount(name: string, handler: Listener): void {
    this.mounts.set(name, handler);
  }

  /** Sends everything that is not answered here to one base. */
  useBase(url: string): void {
    this.useBases({ urlOf: () => url });
  }

  useBases(bases: Bases): void {
    this.base.use(bases);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.base.close();
  }

  private async route(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const proxied = proxyTarget(request.url);
    if (proxied) {
      request.headers.host = proxied.host;
      request.url = proxied.path;
    }
    const host = request.headers.host ?? "";
    // A page cannot make a browser send what goes to a proxy.
    const page = proxied ? undefined : ofWebPage(request, this.addresses);
    if (page !== undefined) {
      this.warn(`a request was refused, as a web page could have sent it: ${page}`);
      response.writeHead(403, { "content-type": "text/plain" }).end(`refused: ${page}\n`);
      request.resume();
      return;
    }
    const passOn = () => this.forward(request, response, undefined);
    const mounted = /^\/_greenroom\/([^/?]+)/.exec(request.url ?? "")?.[1];
    if (mounted) {
      const handler = this.mounts.get(mounted);
      if (handler) return handler(request, response);
      response.writeHead(404).end(`nothing is mounted at /_greenroom/${mounted}\n`);
      return;
    }
    const forHost = this.hosts.find(({ matches }) => matches(host, request));
    if (forHost) return forHost.handler(request, response, passOn);
    if (proxied && !this.isOwn(host)) {
      this.outside(host);
      response.writeHead(403).end(`${host} is not on this machine, and no request leaves it\n`);
      return;
    }

    const scope = credentialScope({ path: request.url ?? "/", headers: request.headers });
    const acting = scope && this.acting.get(scope.service);
    if (!scope || (!acting?.operations && !acting?.beside)) return this.forward(request, response, scope);
    const { method = "GET", url: path = "/", headers } = request;
    const body = await buffer(request);
    send(
      response,
      await this.answer(acting, scope, { method, path, headers, body, caller: await this.callers.of(scope) }),
    );
  }

  /** What an acting service answers, or the base with it beside. */
  private async answer({ operations, beside }: Acting, scope: Scope, call: Call): Promise<Answer> {
    if (operations && (!beside || operations.has(call))) return operations.answer(call);
    const instead = await beside?.instead?.(call);
    if (instead) return instead;
    const sent = beside?.before?.(call) ?? call;
    const answer = await this.base.call(scope, sent);
    return (answer.status < 300 && (await beside?.after?.(sent, answer))) || answer;
  }

  private async forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    scope: Scope | undefined,
  ): Promise<void> {
    const { method = "GET", url: path = "/", headers } = request;
    const hasBody = method !== "GET" && method !== "HEAD";
    const answer = await this.base.send(scope, {
      method,
      path,
      headers,
      body: hasBody ? request : undefined,
    });
    const hearers = (scope && this.hearers.get(scope.service)) ?? [];
    if (scope && hearers.length > 0 && hasBody && answer.statusCode < 300) {
      // The write of a caller whom the base does not know is nobody's.
      void this.callers.of(scope).then(
        (caller) => {
          for (const hear of hearers) hear({ method, path, headers, answerHeaders: answer.headers, caller });
        },
        () => undefined,
      );
    }
    response.writeHead(answer.statusCode, answer.headers as http.OutgoingHttpHeaders);
    await pipeline(answer.body, response);
  }

  private outside(host: string): void {
    this.warn(`a request to ${host} was refused: no request leaves this machine`);
  }

  /** The gateway's own address, also with something in front: an SDK's host prefix. */
  private isOwn(host: string): boolean {
    return this.addresses.some((one) => `.${host}`.endsWith(`.${one}`));
  }
}

function send(response: http.ServerResponse, { status, headers, body }: Answer): void {
  const { "transfer-encoding": _t, "content-length": _l, ...rest } = headers;
  response.writeHead(status, rest).end(body);
}

/** What AWS answers to a caller that it does not know, in the protocol of the request. */
function refusal(
  { method = "GET", url: path = "/", headers }: http.IncomingMessage,
  error: UnknownCallerError,
): Answer {
  const request = { method, path, headers, body: Buffer.alloc(0) };
  const { code, message } = error;
  return protocolOf(request).writeError({ code, message, status: 403, members: {} }, request);
}
