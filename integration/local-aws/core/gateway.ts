import http from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { Pool } from "undici";
import { CallersOfBase, UnknownCallerError, type Identity } from "./identity";
import { asAccount, credentialScope, isAccount, type Scope } from "./scope";
import type { ActingService } from "./service";
import { refusal } from "./unknown-caller";

/** A call that the gateway passes on to the base, whole, so that it can be looked into. */
export interface BaseCall {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  caller: Identity;
}

export interface BaseAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** What Greenroom does beside the base for a service that the base serves. */
export interface Beside {
  /** Changes what goes to the base. */
  before?(call: BaseCall): BaseCall;
  /** Answers in the base's place, or leaves it to the base by giving nothing. */
  instead?(call: BaseCall): Promise<BaseAnswer | undefined>;
  /** Sees each call that the base accepted, before the caller has the answer; may give another answer. */
  after?(call: BaseCall, answer: BaseAnswer): Promise<BaseAnswer | undefined>;
}

/** A write that the base accepted, without the bodies, which the gateway does not hold. */
export interface AcceptedWrite {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: http.IncomingHttpHeaders;
  caller: Identity;
  answerHeaders: http.IncomingHttpHeaders;
}

/** The bases behind the gateway. */
export interface Bases {
  /** Where a request goes. `service` is undefined when it is not signed. */
  urlOf(service: string | undefined, host: string, path: string): string;
}

export class PortTakenError extends Error {
  override name = "PortTakenError";

  constructor(port: number) {
    super(`port ${port} of 127.0.0.1 is taken; choose another one, or 0 for any that is free`);
  }
}

type HostMatch = (host: string, request: http.IncomingMessage) => boolean;
type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void | Promise<void>;

/**
 * The one endpoint of the local AWS, on loopback. Routes a call by the service in its SigV4 credential scope: to
 * an acting service, or on to the base. It is an HTTP proxy too (absolute request targets), so that names that
 * no DNS knows here, such as a load balancer's, reach it from whatever the local AWS runs.
 */
export class Gateway {
  private readonly services = new Map<string, ActingService>();
  private readonly beside = new Map<string, Beside>();
  private readonly observers = new Map<string, (write: AcceptedWrite) => void>();
  private readonly hosts: { matches: HostMatch; handler: Handler }[] = [];
  private readonly mounts = new Map<string, Handler>();
  private readonly callers = new CallersOfBase(() => this.baseOf("sts"));
  private bases?: Bases;
  private readonly pools = new Map<string, Pool>();
  private readonly server = http.createServer((request, response) => {
    this.route(request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      if (error instanceof UnknownCallerError) {
        const answer = refusal(request, error);
        return void response.writeHead(answer.status, answer.headers).end(answer.body);
      }
      response.writeHead(502, { "content-type": "application/json" });
      response.end(JSON.stringify({ __type: "ServiceUnavailable", message: `local AWS: ${String(error)}` }));
    });
  });

  /** @param warn gets what no caller gets to see, each request that would have left the machine among it */
  constructor(private readonly warn: (message: string) => void) {
    this.server.keepAliveTimeout = 60_000;
    this.server.on("connect", (request, socket) => {
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
    return `http://127.0.0.1:${address.port}`;
  }

  serve(service: ActingService): void {
    this.services.set(service.signingName, service);
  }

  watch(signingName: string, beside: Beside): void {
    this.beside.set(signingName, beside);
  }

  /** Tells `observer` of each write to a service that goes through to the base, once the base has accepted it. */
  observe(signingName: string, observer: (write: AcceptedWrite) => void): void {
    this.observers.set(signingName, observer);
  }

  /** Requests that match by their Host header, or more, go to `handler`, signed or not. */
  host(matches: HostMatch, handler: Handler): void {
    this.hosts.push({ matches, handler });
  }

  /** Requests under `/_greenroom/NAME` go to `handler`: for helpers of the local AWS, not for AWS clients. */
  mount(name: string, handler: Handler): void {
    this.mounts.set(name, handler);
  }

  /** Sends everything that is not answered here to one base. */
  useBase(url: string): void {
    this.useBases({ urlOf: () => url });
  }

  useBases(bases: Bases): void {
    this.bases = bases;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private async route(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const proxied = proxyTarget(request.url);
    if (proxied) {
      request.headers.host = proxied.host;
      request.url = proxied.path;
    }
    const host = request.headers.host ?? "";
    const mounted = /^\/_greenroom\/([^/?]+)/.exec(request.url ?? "")?.[1];
    if (mounted) {
      const handler = this.mounts.get(mounted);
      if (handler) return handler(request, response);
      response.writeHead(404).end(`nothing is mounted at /_greenroom/${mounted}\n`);
      return;
    }
    const forHost = this.hosts.find(({ matches }) => matches(host, request));
    if (forHost) return forHost.handler(request, response);
    if (proxied && !this.isOwn(host)) {
      this.outside(host);
      response.writeHead(403).end(`${host} is not on this machine, and no request leaves it\n`);
      return;
    }

    const scope = credentialScope(request);
    const acting = scope && this.services.get(scope.service);
    if (acting) {
      const operation = String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
      const body = await buffer(request);
      const answer = await acting.call(operation, body, await this.callers.of(scope));
      response.writeHead(answer.status, {
        "content-type": "application/x-amz-json-1.1",
        "x-amzn-requestid": crypto.randomUUID(),
        ...(answer.error ? { "x-amzn-errortype": answer.error } : {}),
      });
      response.end(answer.body);
      return;
    }
    const beside = scope && this.beside.get(scope.service);
    if (!beside) return this.forward(request, response, scope);
    const call: BaseCall = {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: request.headers,
      body: await buffer(request),
      caller: await this.callers.of(scope),
    };
    const answer =
      (await beside.instead?.(call)) ?? (await this.pass(beside.before?.(call) ?? call, beside, scope));
    delete answer.headers["transfer-encoding"];
    delete answer.headers["content-length"];
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  /** For handlers: sends a request on to the base, body and all, and its answer back. */
  async passOn(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    await this.forward(request, response, undefined);
  }

  private outside(host: string): void {
    this.warn(`a request to ${host} was refused: no request leaves this machine`);
  }

  /** The gateway's own address, also with something in front: an SDK's host prefix. */
  private isOwn(host: string): boolean {
    const address = this.server.address();
    return typeof address === "object" && !!address && `.${host}`.endsWith(`.127.0.0.1:${address.port}`);
  }

  private async pass(call: BaseCall, beside: Beside, scope: Scope): Promise<BaseAnswer> {
    const { statusCode, headers, body } = await this.toBase(scope, call);
    const answer: BaseAnswer = {
      status: statusCode,
      headers: headers as Record<string, string | string[]>,
      body: Buffer.from(await body.arrayBuffer()),
    };
    if (statusCode < 300 && beside.after) return (await beside.after(call, answer)) ?? answer;
    return answer;
  }

  private async forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    scope: Scope | undefined,
  ): Promise<void> {
    const method = request.method ?? "GET";
    const hasBody = method !== "GET" && method !== "HEAD";
    const { headers, url: path = "/" } = request;
    const answer = await this.toBase(scope, { method, path, headers, body: hasBody ? request : undefined });
    const observer = scope && this.observers.get(scope.service);
    if (observer && hasBody && answer.statusCode < 300) {
      const write = { method, path, headers, answerHeaders: answer.headers };
      // The write of a caller whom the base does not know is nobody's.
      void this.callers.of(scope).then(
        (caller) => observer({ ...write, caller }),
        () => undefined,
      );
    }
    response.writeHead(answer.statusCode, answer.headers as http.OutgoingHttpHeaders);
    await pipeline(answer.body, response);
  }

  private async toBase(
    scope: Scope | undefined,
    call: { method: string; path: string; headers: http.IncomingHttpHeaders; body?: Buffer | Readable },
  ) {
    const host = call.headers.host ?? "";
    const url = this.baseOf(scope?.service, host, call.path);
    // A temporary key means something only to the base that issued it; every base knows an account by its number.
    const foreign = scope && !isAccount(scope.accessKeyId) && url !== this.baseOf("sts");
    const { path, headers } = foreign ? asAccount(call, scope, (await this.callers.of(scope)).account) : call;
    // Hop-by-hop headers end here; the rest, Host included, is part of what the caller signed.
    const {
      connection: _c,
      expect: _e,
      "transfer-encoding": _t,
      "keep-alive": _k,
      "proxy-connection": _p,
      ...rest
    } = headers;
    return this.pool(url).request({ method: call.method as "GET", path, headers: rest, body: call.body });
  }

  private baseOf(service: string | undefined, host = "", path = "/"): string {
    if (!this.bases) throw new Error("the base is not up yet");
    return this.bases.urlOf(service, host, path);
  }

  private pool(url: string): Pool {
    let pool = this.pools.get(url);
    if (!pool) {
      pool = new Pool(url, { connections: 64, headersTimeout: 600_000, bodyTimeout: 600_000 });
      this.pools.set(url, pool);
    }
    return pool;
  }
}

/**
 * Host and path of a request to a proxy. Not by `URL`, which refuses `ACCOUNT.127.0.0.1`: a host that ends with a
 * number is an IP address to it.
 */
function proxyTarget(target: string | undefined): { host: string; path: string } | undefined {
  const [, host, path] = /^http:\/\/([^/?#]+)(.*)$/.exec(target ?? "") ?? [];
  return host ? { host, path: path?.startsWith("/") ? path : `/${path ?? ""}` } : undefined;
}
