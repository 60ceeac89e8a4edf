import type http from "node:http";
import type { Readable } from "node:stream";
import { Pool } from "undici";
import type { Answer, Call } from "./acting";
import type { Callers } from "./identity";
import { asAccount, isAccount, type Scope } from "./scope";

/** The bases behind the gateway. */
export interface Bases {
  /** Where a request goes. `service` is undefined when it is not signed. */
  urlOf(service: string | undefined, host: string, path: string): string;
}

type Sent = Pick<Call, "method" | "path" | "headers"> & { body?: Buffer | Readable };

/** Sends requests on to the base that has their service. */
export class BaseClient {
  private bases?: Bases;
  private readonly pools = new Map<string, Pool>();

  /** @param callers says whose a key is that the base of a request has not issued */
  constructor(private readonly callers: Callers) {}

  use(bases: Bases): void {
    this.bases = bases;
  }

  urlOf(service: string | undefined, host = "", path = "/"): string {
    if (!this.bases) throw new Error("the base is not up yet");
    return this.bases.urlOf(service, host, path);
  }

  async send(scope: Scope | undefined, call: Sent) {
    const url = this.urlOf(scope?.service, call.headers.host, call.path);
    // A temporary key means something only to the base that issued it; every base knows an account by its number.
    const foreign = scope && !isAccount(scope.accessKeyId) && url !== this.urlOf("sts");
    const { path, headers } = foreign ? asAccount(call, scope, (await this.callers.of(scope)).account) : call;
    return this.pool(url).request({
      method: call.method as "GET",
      path,
      headers: withoutHopByHop(headers),
      body: call.body,
    });
  }

  /** The same, with the answer's body read. */
  async call(scope: Scope, call: Call): Promise<Answer> {
    const { statusCode, headers, body } = await this.send(scope, call);
    return {
      status: statusCode,
      headers: headers as Record<string, string | string[]>,
      body: Buffer.from(await body.arrayBuffer()),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
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

/** Hop-by-hop headers end here; the rest, Host included, is part of what the caller signed. */
function withoutHopByHop({
  connection: _c,
  expect: _e,
  "transfer-encoding": _t,
  "keep-alive": _k,
  "proxy-connection": _p,
  ...rest
}: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  return rest;
}
