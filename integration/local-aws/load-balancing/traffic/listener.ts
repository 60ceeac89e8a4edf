import http from "node:http";
import type { Server } from "node:net";
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  fixedResponse,
  forwardTargets,
  redirect,
  respondError,
  routingAction,
  type Handler,
} from "./actions";
import { Deck } from "./deck";
import { ofWebPage } from "../../core/web-page";
import { forward, type Entry } from "./forward";
import { clientHeader, type ListenerSettings, type TrafficEvent } from "./plane";
import type { Pool } from "./pool";
import { conditionOf, type Condition, type RequestFacts } from "./rules";

/**
 * A listener at work: an HTTP/1.1 server. An HTTPS listener is served as plain HTTP for
 * now: no client here could trust a certificate that AWS Certificate Manager holds.
 */
export class Listener implements Entry {
  private rules: { conditions: Condition[]; handler: Handler }[] = [];
  private asChanged?: string;
  private byDefault: Handler = (_request, response) => this.fail(response, 503);
  private readonly server = http.createServer((request, response) => this.handle(request, response));

  constructor(
    private readonly arn: string,
    private settings: ListenerSettings,
    private readonly poolOf: (targetGroupArn: string) => Pool | undefined,
    readonly tell: (event: TrafficEvent) => void,
    private readonly warn: (message: string) => void,
  ) {
    this.server.requestTimeout = 0;
    this.server.on("clientError", (_error, socket) => socket.destroy());
    this.change(settings);
  }

  get protocol(): string {
    return this.settings.protocol;
  }

  get port(): number {
    return this.settings.port;
  }

  get idleTimeoutMs(): number {
    return this.settings.idleTimeoutMs;
  }

  async open(at: Server): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(at, resolve);
    });
  }

  change(settings: ListenerSettings): void {
    // Unchanged actions keep their place in the deck.
    const text = JSON.stringify(settings);
    if (text === this.asChanged) return;
    this.asChanged = text;
    this.settings = settings;
    // Idle connections of clients, too, are kept for the load balancer's idle time-out.
    this.server.keepAliveTimeout = settings.idleTimeoutMs;
    this.byDefault = this.handlerOf(settings.defaultActions);
    this.rules = settings.rules
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

  fail(response: http.ServerResponse, status: number, headers: string[] = []): void {
    if (status >= 500) {
      const { loadBalancerArn } = this.settings;
      this.tell({ type: "own error", listenerArn: this.arn, loadBalancerArn, status });
    }
    respondError(response, status, headers);
  }

  stop(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const isOwn = request.headers[clientHeader] === this.settings.clientSecret;
    // On AWS everybody may call it; on this machine, no page of another site that somebody has open beside a rehearsal.
    const page = isOwn ? undefined : ofWebPage(request, []);
    if (page !== undefined) {
      request.resume();
      response.writeHead(403, { "content-type": "text/plain" }).end(`refused: ${page}\n`);
      return;
    }
    const facts = factsOf(request);
    const rule = this.rules.find(({ conditions }) => conditions.every((condition) => condition(facts)));
    (rule?.handler ?? this.byDefault)(request, response, facts);
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
    if (action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled)
      this.warn(`listener ${this.arn}: not implemented: target group stickiness`);
    const deck = new Deck(forwardTargets(action));
    return (request, response) => {
      const group = deck.draw() ?? "";
      const target = this.poolOf(group)?.choose();
      if (target) forward(request, response, group, target, this);
      else this.fail(response, 503);
    };
  }
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
      const value = name === clientHeader ? undefined : request.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    sourceIp: (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
  };
}
