import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import { type Reply, RequestError } from "./http";
import type { Report } from "./leaderboard";
import type { Log } from "./log";
import { route } from "./routes";

/**
 * The trivia API's HTTP server, not yet listening. Every response, errors included, is JSON and has
 * `x-service-version: <version>`. Only failures of the service itself (5xx) are logged.
 */
export function createTriviaServer(version: string, log: Log, report: Report = () => undefined): Server {
  const server = createServer(
    { requireHostHeader: false },
    (request, response) => void answer(request, response),
  );
  // Longer than a load balancer's idle timeout (60 s by default), or it would now and then send a request on a
  // connection that is just closing, and answer 502:
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
  server.keepAliveTimeout = 65_000;
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    send(response, failure(417, "the expectation cannot be met"));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    refuse(socket, error, version);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, await route(request, report));
    } catch (error) {
      if (error instanceof RequestError) {
        send(response, failure(error.status, error.message, error.headers));
        return;
      }
      const { method, url } = request;
      log("error", "request failed", {
        method,
        url,
        status: 500,
        error: String((error as Error).stack ?? error),
      });
      send(response, failure(500, "the service failed to answer"));
    }
  }

  function send(response: ServerResponse, reply: Reply): void {
    const body = JSON.stringify(reply.body);
    response.writeHead(reply.status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-service-version": version,
      // A server that is stopping answers what it has begun, then wants the connection gone.
      ...(server.listening ? {} : { connection: "close" }),
      ...reply.headers,
    });
    response.end(body);
  }

  return server;
}

function failure(status: number, error: string, headers?: Record<string, string>): Reply {
  return { status, body: { error }, headers };
}

/** Answers bytes that are not an HTTP request, for which node:http makes no response object. */
function refuse(socket: Duplex, error: NodeJS.ErrnoException, version: string): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
  const status = statuses[error.code ?? ""] ?? 400;
  const body = JSON.stringify({ error: STATUS_CODES[status] });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-service-version: ${version}\r\n\r\n${body}`,
  );
}
