import type { Client, Dispatcher } from "undici";
import { versionByHeader } from "../../local-aws/core/versions";
import { expectsBody, expectsStatus, wrongWith, type AnswerHeaders } from "./expectation";
import { labelOf, type RequestTemplate, type ResolvedOptions } from "./options";
import type { Outcome, VersionNamer } from "./recording";

const longestBody = 1 << 20;
/** Sends a request over a connection. `reset` asks for the connection to be closed after it. */
export function dispatch(
  client: Client,
  template: RequestTemplate,
  options: ResolvedOptions,
  reset: boolean,
  handler: Flight,
): void {
  const headers = { ...template.headers, ...(options.hostHeader ? { host: options.hostHeader } : {}) };
  const method = (template.method ?? "GET") as Dispatcher.HttpMethod;
  client.dispatch({ method, path: template.path, headers, body: template.body, reset }, handler);
}

/** A request on its way: hears from the connection how it went. */
export class Flight implements Dispatcher.DispatchHandler {
  over = false;
  /** Gives the connection back. */
  released?: () => void;
  /** Who named the version; undefined while nobody has. */
  namedBy?: VersionNamer;
  setCookie?: string | string[];
  private controller?: Dispatcher.DispatchController;
  private status = 0;
  private version = "";
  private headers: AnswerHeaders = {};
  private body = "";
  private bodyBytes = 0;

  constructor(
    readonly scheduledAt: number,
    private readonly template: RequestTemplate,
    private readonly options: ResolvedOptions,
    private readonly onEnd: (outcome: Outcome, status: number, version: string, problem?: string) => void,
  ) {}

  /** Says how it ended, once, and gives up what is still under way. */
  end(outcome: Outcome, status: number, version: string, problem?: string): void {
    if (this.over) return;
    this.over = true;
    this.onEnd(outcome, status || this.status, version || this.version, problem);
    this.controller?.abort(new Error(outcome));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.over) controller.abort(new Error("given up"));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200) return;
    this.headers = headers;
    this.setCookie = headers["set-cookie"];
    const version = headers[this.options.versionHeader];
    this.status = status;
    this.version = (Array.isArray(version) ? version[0] : version) ?? "";
    if (this.version) this.namedBy = headers[versionByHeader] === undefined ? "service" : "load balancer";
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bodyBytes += chunk.length;
    if (expectsBody(this.template.expect ?? {}) && this.bodyBytes <= longestBody)
      this.body += chunk.toString("latin1");
  }

  onResponseEnd(): void {
    const { status, version, template } = this;
    this.controller = undefined;
    const { expect = {} } = template;
    const where = labelOf(template);
    if (this.options.standIns.includes(version)) {
      const ok = status >= 200 && status < 300;
      this.end(ok ? "ok" : "error", status, version, ok ? undefined : `${where}: status ${status}`);
    } else if (!expectsStatus(expect, status)) {
      this.end("error", status, version, `${where}: status ${status}`);
    } else {
      const body = Buffer.from(this.body, "latin1").toString("utf8");
      const problem = wrongWith(expect, this.headers, body);
      this.end(problem ? "wrong" : "ok", status, version, problem && `${where}: ${problem}`);
    }
    this.released?.();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.controller = undefined;
    this.end(this.status > 0 ? "lost" : failureOf(error), this.status, this.version, describe(error));
    // Not at once: the connection is still clearing up, and takes no new request while it does.
    setImmediate(() => this.released?.());
  }
}

function failureOf(error: Error): Outcome {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"].includes(code)) return "refused";
  if (["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "ETIMEDOUT"].includes(code)) return "timeout";
  return "reset";
}

// Without ports of the client's side, so that the same problem counts as the same.
function describe(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
}
