import http from "node:http";
import type { Address } from "./traffic/plane";

/** Passes a request that came to the gateway by a load balancer's DNS name on to its listener, and the answer back. */
export function passOn(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { host, port }: Address,
  more: Record<string, string> = {},
): void {
  const onward = http.request({
    host,
    port,
    method: request.method,
    path: request.url,
    headers: [...request.rawHeaders, ...Object.entries(more).flat()] as unknown as http.OutgoingHttpHeaders,
    // One connection for each request: this way is for people and for the calls of services to each other.
    agent: false,
    setHost: false,
  });
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.once("close", () => {
    if (!response.writableFinished) onward.destroy();
  });
  request.pipe(onward);
}
