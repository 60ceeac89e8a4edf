import http from "node:http";
import { STATUS_CODES } from "node:http";
import type {
  Action,
  Listener as ListenerSettings,
  LoadBalancer,
  Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../core/clock";
import type { MetricScope, MetricStore } from "../cloudwatch/metric-store";
import { Deck } from "./deck";
import { forward, type Entry } from "./forward";
import { countLoadBalancerError } from "./metrics";
import { conditionOf, type Condition, type RequestFacts } from "./rules";
import type { TargetGroup } from "./target-group";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, facts: RequestFacts) => void;

export interface Share {
  targetGroupArn: string;
  weightPercent: number;
}

/**
 * A listener at work: an HTTP/1.1 server on a free port of 127.0.0.1. An HTTPS listener is served as plain HTTP for
 * now: no client here could trust a certificate that AWS Certificate Manager holds.
 */
export class Listener implements Entry {
  idleTimeoutMs = 60_000;
  private rules: { conditions: Condition[]; handler: Handler }[] = [];
  private asChanged?: string;
  private byDefault: Handler = (_request, response) => this.fail(response, 503);
  private readonly server = http.createServer((request, response) => this.handle(request, response));

  constructor(
    readonly scope: MetricScope,
    readonly loadBalancer: LoadBalancer,
    private settings: ListenerSettings,
    private readonly groups: ReadonlyMap<string, TargetGroup>,
    private readonly clock: Clock,
    private readonly store: MetricStore,
    private readonly warn: (message: string) => void,
  ) {
    this.server.keepAliveTimeout = this.idleTimeoutMs;
    this.server.requestTimeout = 0;
    this.server.on("clientError", (_error, socket) => socket.destroy());
    this.change(settings, []);
  }

  get arn(): string {
    return this.settings.ListenerArn ?? "";
  }

  get protocol(): string {
    return this.settings.Protocol ?? "HTTP";
  }

  /** The port that it has on AWS. */
  get port(): number {
    return this.settings.Port ?? 80;
  }

  /** Where it answers on this machine. */
  get address(): { host: string; port: number } {
    const address = this.server.address();
    if (typeof address !== "object" || !address) throw new Error(`the listener ${this.arn} is not open`);
    return { host: "127.0.0.1", port: address.port };
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", resolve);
    });
  }

  /** Takes new settings and rules: the very next request goes by them. */
  change(settings: ListenerSettings, rules: readonly Rule[]): void {
    // Unchanged actions keep their place in the deck.
    const text = JSON.stringify([settings, rules]);
    if (text === this.asChanged) return;
    this.asChanged = text;
    this.settings = settings;
    this.byDefault = this.handlerOf(settings.DefaultActions ?? []);
    this.rules = rules
      .filter((rule) => !rule.IsDefault)
      .sort((a, b) => Number(a.Priority) - Number(b.Priority))
      .map((rule) => ({
        conditions: (rule.Conditions ?? []).map((condition) => {
          const known = conditionOf(condition);
          if (!known)
            this.warn(`rule ${rule.RuleArn}: no condition "${condition.Field}" here; it never matches`);
          return known ?? (() => false);
        }),
        handler: this.handlerOf(rule.Actions ?? []),
      }));
  }

  /** The target groups that the default action forwards to, and how much of the traffic each gets, in percent. */
  shares(): Share[] {
    const targets = forwardTargets(routingAction(this.settings.DefaultActions ?? []));
    const total = targets.reduce((sum, { weight }) => sum + weight, 0);
    return targets.map(({ value, weight }) => ({
      targetGroupArn: value,
      weightPercent: total === 0 ? 0 : (100 * weight) / total,
    }));
  }

  handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const facts = factsOf(request);
    const rule = this.rules.find(({ conditions }) => conditions.every((condition) => condition(facts)));
    (rule?.handler ?? this.byDefault)(request, response, facts);
  }

  nowMs(): number {
    return this.clock.now().getTime();
  }

  fail(response: http.ServerResponse, status: number): void {
    if (status >= 500) {
      const arn = this.loadBalancer.LoadBalancerArn ?? "";
      countLoadBalancerError(this.store, this.scope, arn, status, this.nowMs());
    }
    const title = `${status} ${STATUS_CODES[status]}`;
    respond(
      response,
      status,
      { "content-type": "text/html" },
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
    );
  }

  /** No new connection; requests in flight finish. */
  stop(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private handlerOf(actions: readonly Action[]): Handler {
    const action = routingAction(actions);
    const unsupported = actions.find(
      ({ Type }) => !["forward", "redirect", "fixed-response"].includes(Type ?? ""),
    );
    if (unsupported || !action) {
      if (unsupported) this.warn(`listener ${this.arn}: not implemented: action "${unsupported.Type}"`);
      return (_request, response) => this.fail(response, 500);
    }
    if (action.Type === "fixed-response") return fixedResponse(action);
    if (action.Type === "redirect") return redirect(action, this);
    const targets = forwardTargets(action);
    if (action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled)
      this.warn(`listener ${this.arn}: not implemented: target group stickiness`);
    const deck = new Deck(targets);
    return (request, response) => {
      const group = this.groups.get(deck.draw() ?? "");
      if (group) forward(request, response, group, this);
      else this.fail(response, 503);
    };
  }
}

/** The action that answers: the last one. Those before it authenticate. */
const routingAction = (actions: readonly Action[]): Action | undefined =>
  [...actions].sort((a, b) => (a.Order ?? 1) - (b.Order ?? 1)).at(-1);

/** The target groups of a forward action, by weight; a single one needs no weight. */
export function forwardTargets(action: Action | undefined): { value: string; weight: number }[] {
  if (action?.Type !== "forward") return [];
  const groups = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn }];
  return groups.map(({ TargetGroupArn = "", Weight = 1 }) => ({
    value: TargetGroupArn,
    weight: groups.length === 1 ? 1 : Weight,
  }));
}

function fixedResponse({ FixedResponseConfig: config }: Action): Handler {
  return (_request, response) =>
    respond(
      response,
      Number(config?.StatusCode ?? 200),
      { "content-type": config?.ContentType ?? "text/plain" },
      config?.MessageBody ?? "",
    );
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions */
function redirect({ RedirectConfig: config }: Action, listener: Entry): Handler {
  return (_request, response, facts) => {
    const known: Record<string, string> = {
      protocol: listener.protocol,
      host: facts.host,
      port: String(listener.port),
      path: facts.path.slice(1),
      query: facts.query,
    };
    const fill = (text: string) => text.replace(/#\{(\w+)\}/g, (all, name: string) => known[name] ?? all);
    const protocol = fill(config?.Protocol ?? "#{protocol}").toLowerCase();
    const port = fill(config?.Port ?? "#{port}");
    const query = fill(config?.Query ?? "#{query}");
    const location = `${protocol}://${fill(config?.Host ?? "#{host}")}:${port}${fill(config?.Path ?? "/#{path}")}`;
    const status = config?.StatusCode === "HTTP_302" ? 302 : 301;
    respond(response, status, { location: query ? `${location}?${query}` : location }, "");
  };
}

function respond(
  response: http.ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  response.writeHead(status, {
    server: "awselb/2.0",
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
  });
  response.end(body);
}

function factsOf(request: http.IncomingMessage): RequestFacts {
  const url = request.url ?? "/";
  const question = url.indexOf("?");
  return {
    method: request.method ?? "GET",
    host: (request.headers.host ?? "").replace(/:\d+$/, ""),
    path: question < 0 ? url : url.slice(0, question),
    query: question < 0 ? "" : url.slice(question + 1),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    sourceIp: (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
  };
}
