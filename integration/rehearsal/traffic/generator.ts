import { wallNow } from "../../local-aws/core/clock";
import { chooser } from "./choice";
import type { Snapshot, Window } from "./clients";
import { Connections } from "./connections";
import { CookieJars } from "./cookies";
import { dispatch, Flight } from "./flight";
import { RequestLog } from "./log";
import { labelOf, type RequestTemplate, type ResolvedOptions } from "./options";
import type { RateSegment } from "./rate";
import { percentile, type Recording } from "./recording";

const windowMs = 100;
/** One request in so many asks for its connection to be closed, as clients come and go. */
const closesEvery = 16;

/**
 * Sends requests at their due times, whatever became of the earlier ones, and measures from the due times: a
 * server that stalls shows as slow for everybody who came meanwhile, not as fewer requests.
 */
export class Generator {
  private readonly log = new RequestLog();
  private readonly connections: Connections;
  private readonly inFlight = new Set<Flight>();
  private readonly startedAt = wallNow() + 5;
  /** The next request is due so many gaps after this moment. */
  private dueFrom = this.startedAt;
  private gaps = 0;
  private readonly rates: RateSegment[] = [];
  private endedAt?: number;
  private endedBy: Recording["endedBy"] = "stop";
  private timer?: NodeJS.Timeout;
  private readonly totals: Snapshot["total"] = {};
  private window: Window;
  private latencies: number[] = [];
  private drained?: () => void;
  private readonly choose: (n: number) => number;
  private readonly jars?: CookieJars;
  /** Of each request template, its index in `labels`. */
  private readonly templates: number[];
  private readonly labels: string[];
  private readonly namedBy: Recording["versionNamedBy"] = { service: 0, "load balancer": 0 };

  constructor(
    private readonly options: ResolvedOptions,
    private readonly onWindow: (snapshot: Snapshot) => void,
  ) {
    this.rates.push({ from: this.startedAt, ratePerSecond: options.ratePerSecond });
    this.connections = new Connections(options.origin, options.timeoutMs);
    this.window = this.openWindow(this.startedAt);
    this.choose = chooser(
      options.requests.map(({ weight = 1 }) => weight),
      options.seed,
    );
    if (options.jar) this.jars = new CookieJars();
    this.labels = [...new Set(options.requests.map(labelOf))];
    this.templates = options.requests.map((request) => this.labels.indexOf(labelOf(request)));
    this.tick();
  }

  /** From now on, in wall time. */
  setRate(ratePerSecond: number): void {
    const from = wallNow();
    this.sendDue(from);
    this.dueFrom = Math.min(this.due, from + 1000 / ratePerSecond);
    this.gaps = 0;
    this.rates.push({ from, ratePerSecond });
    clearTimeout(this.timer);
    this.tick();
  }

  /** Sends no more, waits for what is in flight until it has timed out, and gives the recording. */
  async stop(): Promise<Recording> {
    const time = wallNow();
    this.sendDue(time);
    this.endSending("stop", time);
    if (this.inFlight.size > 0) await new Promise<void>((resolve) => (this.drained = resolve));
    clearTimeout(this.timer);
    this.closeWindow(wallNow());
    await this.connections.close();
    const { name, origin } = this.options;
    return {
      name,
      origin,
      rates: this.rates,
      startedAt: this.startedAt,
      endedAt: this.endedAt ?? wallNow(),
      endedBy: this.endedBy,
      count: this.log.count,
      ...this.log.close(),
      versions: this.log.versions,
      templates: this.labels,
      versionNamedBy: this.namedBy,
      lateSends: this.log.lateSends,
      maxLateMs: this.log.maxLateMs,
      problems: this.log.problems,
      marks: [],
    };
  }

  private get due(): number {
    const { ratePerSecond } = this.rates.at(-1) ?? this.options;
    return this.dueFrom + (this.gaps * 1000) / ratePerSecond;
  }

  private tick(): void {
    const time = wallNow();
    const { timeoutMs } = this.options;
    this.sendDue(time);
    // In flight in the order of their due times, so that the first one that has time left ends the search.
    for (const flight of this.inFlight) {
      if (flight.scheduledAt + timeoutMs > time) break;
      flight.end("timeout", 0, "", `no complete answer within ${timeoutMs} ms`);
    }
    if (time >= this.window.to) this.closeWindow(time);
    if (this.inFlight.size === 0) this.drained?.();
    const next = this.endedAt === undefined ? this.due - wallNow() : windowMs;
    this.timer = setTimeout(() => this.tick(), Math.max(1, Math.min(next, 10)));
  }

  /** Sends what was due until a moment, however late this is: a client that came is never left out. */
  private sendDue(time: number): void {
    if (this.endedAt !== undefined) return;
    const until = Math.min(time, this.startedAt + this.options.maxSeconds * 1000);
    for (; this.due <= until; this.gaps++) this.send(this.due);
    if (until < time) this.endSending("limit", until);
  }

  private endSending(by: Recording["endedBy"], at: number): void {
    if (this.endedAt !== undefined) return;
    this.endedAt = at;
    this.endedBy = by;
  }

  private send(scheduledAt: number): void {
    const { options, log } = this;
    const chosen = this.choose(log.count);
    const template = options.requests[chosen] as RequestTemplate;
    const index = log.sent(scheduledAt, wallNow(), this.templates[chosen] ?? 0);
    this.window.sent++;
    const flight = new Flight(scheduledAt, template, options, (outcome, status, version, problem) => {
      const time = wallNow();
      this.inFlight.delete(flight);
      // Who names versions is a matter of the service, and not of what stands in for it.
      if (flight.namedBy && !options.standIns.includes(version)) this.namedBy[flight.namedBy]++;
      this.jars?.keep(index, flight.setCookie);
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
      const cookie = this.jars?.header(index, template.headers?.["cookie"]);
      const headers = { ...template.headers, ...(cookie === undefined ? {} : { cookie }) };
      const reset = index % closesEvery === closesEvery - 1;
      dispatch(client, { ...template, headers }, options, reset, flight);
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
