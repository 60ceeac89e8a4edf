import http, { STATUS_CODES } from "node:http";
import type { DoorEffect } from "../../core/faults";
import { versionHeader } from "../../core/versions";
import type { Destination } from "./destination";
import { sumUp } from "./door";
import { answerHeaders, requestHeaders } from "./headers";
import type { TrafficEvent } from "./plane";
import { hasBody as answerHasBody, spoil } from "./spoil";

/** What forwarding needs to know of the listener that took the request. */
export interface Entry {
  protocol: string;
  port: number;
  idleTimeoutMs: number;
  tell(event: TrafficEvent): void;
  /** An answer of the load balancer's own. */
  fail(response: http.ServerResponse, status: number, headers?: string[]): void;
}

/**
 * Sends a request on to a target and its answer back, through the target's door.
 *
 * 502 when the target refuses, resets or closes before it answers, 504 when it is silent for the idle timeout
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html).
 * An answer that breaks off in the middle breaks off for the client too. No request is sent a second time: "the target
 * closed the connection with a TCP RST or a TCP FIN while the load balancer had an outstanding request" is a 502, on a
 * kept connection as on a new one (see `Connections` for the connection that a target closes because it was idle).
 */
export function forward(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  targetGroupArn: string,
  target: Destination,
  entry: Entry,
): void {
  entry.tell({ type: "request", targetGroupArn });
  target.take();
  let released = false;
  const release = () => {
    if (!released) target.release();
    released = true;
  };
  response.once("close", release);
  const begun = performance.now();
  const way: Way = {
    request,
    response,
    target,
    entry,
    release,
    answered: (status) =>
      entry.tell({ type: "answer", targetGroupArn, status, seconds: (performance.now() - begun) / 1000 }),
    connectionFailed: () => entry.tell({ type: "connection error", targetGroupArn }),
    fail: (status) => {
      release();
      request.unpipe();
      request.resume();
      entry.fail(response, status, target.door?.versionHeaders);
    },
  };
  const { delayMs, effect } = sumUp(target.door?.visit(false) ?? []);
  if (delayMs === 0) return meet(effect, way);
  const late = delayMs >= entry.idleTimeoutMs;
  const timer = setTimeout(
    () => (late ? way.fail(504) : meet(effect, way)),
    Math.min(delayMs, entry.idleTimeoutMs),
  );
  response.once("close", () => clearTimeout(timer));
}

interface Way {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  target: Destination;
  entry: Entry;
  release(): void;
  /** The target began to answer. */
  answered(status: number): void;
  connectionFailed(): void;
  fail(status: 502 | 504): void;
}

function meet(effect: Exclude<DoorEffect, { do: "delay" }> | undefined, way: Way): void {
  switch (effect?.do) {
    case "refuse":
      way.connectionFailed();
      return way.fail(502);
    case "reset":
      return way.fail(502);
    case "answer":
      return answerInstead(effect.status, way);
    default:
      return send(way, effect?.do === "spoil");
  }
}

function answerInstead(status: number, { request, response, target, answered, release }: Way): void {
  request.resume();
  answered(status);
  const body = `${STATUS_CODES[status]}\n`;
  response.writeHead(status, [
    ...["content-type", "text/plain", "content-length", String(body.length)],
    ...(target.door?.versionHeaders ?? []),
  ]);
  response.end(body, release);
}

function send(way: Way, wrongBody: boolean): void {
  const { request, response, target, entry } = way;
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  target.agent.letGo();
  const onward = http.request({
    host: target.address.host,
    port: target.address.port,
    method: request.method,
    path: request.url,
    headers: requestHeaders(request, entry, hasBody) as unknown as http.OutgoingHttpHeaders,
    agent: target.agent,
    timeout: entry.idleTimeoutMs,
    setHost: false,
  });
  let timedOut = false;
  onward.on("response", (answer) => {
    way.answered(answer.statusCode ?? 0);
    relay(answer, way, wrongBody);
  });
  onward.on("timeout", () => {
    timedOut = true;
    onward.destroy();
  });
  onward.on("error", (error: NodeJS.ErrnoException) => {
    if (response.headersSent || response.destroyed) {
      way.release();
      return void response.destroy();
    }
    if (error.syscall === "connect") way.connectionFailed();
    way.fail(timedOut ? 504 : 502);
  });
  response.once("close", () => {
    if (!response.writableFinished) onward.destroy();
  });
  if (hasBody) request.pipe(onward);
  else onward.end();
}

function relay(
  answer: http.IncomingMessage,
  { request, response, target, release }: Way,
  wrongBody: boolean,
): void {
  const headers = answerHeaders(answer);
  const status = answer.statusCode ?? 502;
  if (target.door && answer.headers[versionHeader] === undefined) headers.push(...target.door.versionHeaders);
  answer.on("error", () => {
    release();
    response.destroy();
  });
  if (wrongBody && answerHasBody(request.method, status)) return spoil(answer, headers, response);
  response.writeHead(status, answer.statusMessage, headers);
  answer.on("data", (chunk) => {
    if (!response.write(chunk)) {
      answer.pause();
      response.once("drain", () => answer.resume());
    }
  });
  answer.on("end", () => {
    release();
    response.end();
  });
}
