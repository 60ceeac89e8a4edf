import { randomBytes, timingSafeEqual } from "node:crypto";
import http from "node:http";
import { text } from "node:stream/consumers";
import type { Progress } from "../../rehearsal/progress";
import { keptHeader, type CommandName, type Handlers, type Line } from "./protocol";

/** Milliseconds between two looks at the status line. */
const refreshMs = 500;

/** Takes commands on loopback, from whoever has the token. */
export async function serveCommands(
  handlers: Handlers,
): Promise<{ url: string; token: string; close(): void }> {
  const token = randomBytes(24).toString("base64url");
  const expected = Buffer.from(`Bearer ${token}`);
  const isAllowed = ({ headers }: http.IncomingMessage) => {
    const given = Buffer.from(headers.authorization ?? "");
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const server = http.createServer((request, response) => {
    response.setHeader(keptHeader, "1");
    const name = (request.url ?? "").slice(1);
    if (!isAllowed(request)) return void response.writeHead(401).end("the token is wrong\n");
    if (request.method !== "POST" || !Object.hasOwn(handlers, name))
      return void response.writeHead(404).end(`there is no command "${name}"\n`);
    void answer(handlers, name as CommandName, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server of commands has no address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  handlers: Handlers,
  name: CommandName,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const say = (line: Line) => void response.write(`${JSON.stringify(line)}\n`);
  let timer: NodeJS.Timeout | undefined;
  const progress: Progress = {
    step: (said) => say({ type: "step", text: said }),
    done: (said) => say({ type: "done", text: said }),
    fail: (said) => say({ type: "fail", text: said }),
    status(line) {
      clearInterval(timer);
      timer = setInterval(() => say({ type: "status", text: line() }), refreshMs);
    },
    close: () => clearInterval(timer),
  };
  try {
    response.flushHeaders();
    const asked = JSON.parse((await text(request)) || "{}") as never;
    const result = await handlers[name](asked, progress, gone.signal);
    say({ type: "result", result });
  } catch (error) {
    say({ type: "error", message: error instanceof Error ? error.message : String(error) });
  } finally {
    progress.close();
    response.end();
  }
}
