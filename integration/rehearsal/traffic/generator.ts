import { performance } from "node:perf_hooks";
import type { Client, Dispatcher } from "undici";
import { Connections } from "./connections";
import { RequestLog } from "./log";
import { checkBody, type RequestTemplate, type ResolvedOptions } from "./options";
import { percentile, type Outcome, type Recording } from "./recording";
import type { Snapshot, Window } from "./clients";

const windowMs = 100;
/** One request in so many asks for its connection to be closed, as clients come and go. */
const closesEvery = 16;
const longestBody = 1 << 20;

/** Wall clock in epoch milliseconds with fractions; monotonic, and the same in every thread of the process. */
const now = () => performance.timeOrigin + performance.now();

/**
 * Sends requests at their due times, whatever became of the earlier ones, and measures from the due times: a
 * server that stalls shows as slow for everybody who came meanwhile, not as fewer requests.
 */
export class Generator {
  private readonly log = new RequestLog();
  private readonly connections: Connections;
  private readonly inFlight = new Set<Flight>();
  private readonly startedAt = now() + 5;
  private endedAt?: number;
  private endedBy: Recording["endedBy"] = "stop";
  private timer?: NodeJS.Timeout;
  private readonly totals: Snapshot["total"] = {};
  private window: Window;
  private latencies: number[] = [];
  private drained?: () => void;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly onWindow: (snapshot: Snapshot) => void,
  ) {
    this.connections = new Connections(options.origin, options.timeoutMs);
    this.window = this.openWindow(this.startedAt);
    this.tick();
  }

  /** Sends no more, waits for what is in flight until it has timed out, and gives the recording. */
  async stop(): Promise<Recording> {
    this.endSending("stop", now());
    if (this.inFlight.size > 0) await new Promise<void>((resolve) => (this.drained = resolve));
    clearTimeout(this.timer);
    this.closeWindow(now());
    await this.connections.close();
    const { name, origin, ratePerSecond } = this.options;
    return {
      name,
      origin,
      ratePerSecond,
      startedAt: this.startedAt,
      endedAt: this.endedAt ?? now(),
      endedBy: this.endedBy,
      count: this.log.count,
      ...this.log.close(),
      versions: this.log.versions,
      templates: this.options.requests.map(({ method, path }) => `${method ?? "GET"} ${path}`),
      lateSends: this.log.lateSends,
      maxLateMs: this.log.maxLateMs,
      problems: this.log.problems,
      marks: [],
    };
  }

  private tick(): void {
    const time = now();
    const { ratePerSecond, maxSeconds, timeoutMs } = this.options;
    const due = (index: number) => this.startedAt + (index * 1000) / ratePerSecond;
    if (this.endedAt === undefined) {
      const until = Math.min(time, this.startedAt + maxSeconds * 1000);
      while (due(this.log.count) <= until) this.send(due(this.log.count));
      if (until < time) this.endSending("limit", until);
    }
    // In flight in the order of their due times, so that the first one that has time left ends the search.
    for (const flight of this.inFlight) {
      if (flight.scheduledAt + timeoutMs > time) break;
      flight.end("timeout", 0, "", `no complete answer within ${timeoutMs} ms`);
    }
    if (time >= this.window.to) this.closeWindow(time);
    if (this.inFlight.size === 0) this.drained?.();
    const next = this.endedAt === undefined ? due(this.log.count) - now() : windowMs;
    this.timer = setTimeout(() => this.tick(), Math.max(1, Math.min(next, 10)));
  }

  private endSending(by: Recording["endedBy"], at: number): void {
    if (this.endedAt !== undefined) return;
    this.endedAt = at;
    this.endedBy = by;
  }

  private send(scheduledAt: number): void {
    const { options, log } = this;
    const templateIndex = log.count % options.requests.length;
    const template = options.requests[templateIndex] as RequestTemplate;
    const index = log.sent(scheduledAt, now(), templateIndex);
    this.window.sent++;
    const flight = new Flight(scheduledAt, template, options, (outcome, status, version, problem) => {
      const time = now();
      this.inFlight.delete(flight);
      log.ended(index, time, outcome, status, version, problem);
      for (const counts of [this.totals, this.window.counts]) {
        const byOutcome = (counts[version] ??= {});
        byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
      }
      this.latencies.push(time - scheduledAt);
    });
    this.inFlight.add(flight);
    this.connections.take((client) => {
      if (flight.over) return false;
      flight.released = () => this.connections.release(client);
      dispatch(client, template, options, index % closesEvery === closesEvery - 1, flight);
      return true;
    });
  }

  private openWindow(from: number): Window {
    return { from, to: from + windowMs, sent: 0, inFlight: 0, counts: {} };
  }

  private closeWindow(time: number): void {
    const sorted = Float64Array.from(this.latencies).sort();
    const window = { ...this.window, to: time, inFlight: this.inFlight.size };
    window.p50Ms = percentile(sorted, 0.5);
    window.p99Ms = percentile(sorted, 0.99);
    const { count: sent, lateSends, maxLateMs } = this.log;
    this.onWindow({ sent, lateSends, maxLateMs, total: this.totals, window });
    this.latencies = [];
    this.window = this.openWindow(time);
  }
}

function dispatch(
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
class Flight implements Dispatcher.DispatchHandler {
  over = false;
  /** Gives the connection back. */
  released?: () => void;
  private controller?: Dispatcher.DispatchController;
  private status = 0;
  private version = "";
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

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const version = headers[this.options.versionHeader];
    this.status = status;
    this.version = (Array.isArray(version) ? version[0] : version) ?? "";
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bodyBytes += chunk.length;
    if (this.template.json && this.bodyBytes <= longestBody) this.body += chunk.toString("latin1");
  }

  onResponseEnd(): void {
    const { status, version, template } = this;
    this.controller = undefined;
    const where = `${template.method ?? "GET"} ${template.path}`;
    if (this.options.standIns.includes(version)) {
      const ok = status >= 200 && status < 300;
      this.end(ok ? "ok" : "error", status, version, ok ? undefined : `${where}: status ${status}`);
    } else if (status !== (template.status ?? 200)) {
      this.end("error", status, version, `${where}: status ${status}`);
    } else {
      const body = Buffer.from(this.body, "latin1").toString("utf8");
      const problem = template.json && checkBody(template.json, body);
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
