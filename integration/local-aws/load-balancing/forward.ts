import { randomBytes } from "node:crypto";
import http from "node:http";
import type { Target } from "./target";
import type { TargetGroup } from "./target-group";

/** What forwarding needs to know of the listener that took the request. */
export interface Entry {
  protocol: string;
  port: number;
  /** idle_timeout.timeout_seconds of the load balancer, in wall time: requests really run. */
  idleTimeoutMs: number;
  nowMs(): number;
  /** An answer of the load balancer's own. */
  fail(response: http.ServerResponse, status: number): void;
}

// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1; Expect is answered by the load balancer itself.
const hopByHop = new Set(
  "connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade expect".split(
    " ",
  ),
);

/**
 * Sends a request on to a target of the group and its answer back.
 *
 * 503 without a target, 502 when the target refuses, resets or closes before it answers, 504 when it is silent for
 * the idle timeout
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html).
 * An answer that breaks off in the middle breaks off for the client too.
 */
export function forward(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  group: TargetGroup,
  entry: Entry,
): void {
  const target = group.choose();
  if (!target) return entry.fail(response, 503);
  group.requestMetrics?.request(entry.nowMs());
  target.inFlight++;
  let released = false;
  const release = () => {
    if (!released) target.release();
    released = true;
  };
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  const headers = requestHeaders(request, entry, hasBody);
  send(target.agent);

  function send(agent: http.Agent | false): void {
    const begun = performance.now();
    const { id, port } = target as Target;
    const onward = http.request({
      host: id,
      port,
      method: request.method,
      path: request.url,
      headers: headers as unknown as http.OutgoingHttpHeaders,
      agent,
      timeout: entry.idleTimeoutMs,
      setHost: false,
    });
    let timedOut = false;
    onward.on("response", (answer) => {
      const seconds = (performance.now() - begun) / 1000;
      group.requestMetrics?.answer(answer.statusCode ?? 0, seconds, entry.nowMs());
      relay(answer, response, release);
    });
    onward.on("timeout", () => {
      timedOut = true;
      onward.destroy();
    });
    onward.on("error", (error: NodeJS.ErrnoException) => {
      if (response.headersSent || response.destroyed) {
        release();
        return void response.destroy();
      }
      // The target closed a connection that had been idle, just as the request went out: nothing of an answer has
      // come, and repeating the request is safe (https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2).
      if (!timedOut && agent && onward.reusedSocket && !hasBody && repeatable.has(request.method ?? "")) {
        return send(false);
      }
      release();
      if (error.syscall === "connect") group.requestMetrics?.connectionError(entry.nowMs());
      request.unpipe();
      request.resume();
      entry.fail(response, timedOut ? 504 : 502);
    });
    response.once("close", () => {
      release();
      if (!response.writableFinished) onward.destroy();
    });
    if (hasBody) request.pipe(onward);
    else onward.end();
  }
}

const repeatable = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

function relay(answer: http.IncomingMessage, response: http.ServerResponse, release: () => void): void {
  const headers: string[] = [];
  const raw = answer.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (!hopByHop.has(name.toLowerCase())) headers.push(name, raw[i + 1] as string);
  }
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
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
  answer.on("error", () => {
    release();
    response.destroy();
  });
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */
function requestHeaders(request: http.IncomingMessage, entry: Entry, hasBody: boolean): string[] {
  const headers: string[] = [];
  const raw = request.rawHeaders;
  let forwardedFor = "";
  let traced = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const lower = name.toLowerCase();
    if (lower === "x-forwarded-for") forwardedFor = forwardedFor ? `${forwardedFor}, ${value}` : value;
    else if (lower === "x-amzn-trace-id") {
      traced = true;
      headers.push(name, value);
    } else if (lower === "content-length" && !hasBody) continue;
    else if (!hopByHop.has(lower) && !lower.startsWith("x-forwarded-p")) headers.push(name, value);
  }
  const client = (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
  headers.push("X-Forwarded-For", forwardedFor ? `${forwardedFor}, ${client}` : client);
  headers.push("X-Forwarded-Proto", entry.protocol.toLowerCase(), "X-Forwarded-Port", String(entry.port));
  if (!traced) headers.push("X-Amzn-Trace-Id", traceId());
  // Without a length, Node.js would take a POST for one with a chunked body.
  if (!hasBody && request.method !== "GET" && request.method !== "HEAD") headers.push("Content-Length", "0");
  if (hasBody && request.headers["content-length"] === undefined)
    headers.push("Transfer-Encoding", "chunked");
  return headers;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html */
const traceId = () =>
  `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
