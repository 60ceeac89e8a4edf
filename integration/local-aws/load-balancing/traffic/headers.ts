import { randomBytes } from "node:crypto";
import type http from "node:http";
import { clientHeader } from "./plane";

// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1; Expect is answered by the load balancer itself.
const hopByHop = new Set(
  `${clientHeader} connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade expect`.split(
    " ",
  ),
);

/** An answer's headers as they go on to the client. */
export function answerHeaders(answer: http.IncomingMessage): string[] {
  const headers: string[] = [];
  const raw = answer.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (!hopByHop.has(name.toLowerCase())) headers.push(name, raw[i + 1] as string);
  }
  return headers;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */
export function requestHeaders(
  request: http.IncomingMessage,
  entry: { protocol: string; port: number },
  hasBody: boolean,
): string[] {
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
