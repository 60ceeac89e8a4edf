import http from "node:http";

/** A GET that is sent once, on a connection of its own. */
export interface ProbeRequest {
  host: string;
  port: number;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Wall time. */
  timeoutMs: number;
}

/** The status; or why there is none: `refused` where no connection lasted, as nothing listens yet, or any more. */
export type ProbeResult = { status: number } | { failure: "timeout" | "refused" | "other" };

/** Asks something over HTTP, as a health check does. Never rejects. */
export type Probe = (request: ProbeRequest, signal: AbortSignal) => Promise<ProbeResult>;

/** From this process. */
export const directProbe: Probe = ({ host, port, path, headers, timeoutMs }, signal) =>
  new Promise((resolve) => {
    // The connection of a health check is closed after it.
    const request = http.get({ host, port, path, headers, agent: false, signal }, (response) => {
      response.resume();
      response.once("error", () => undefined);
      response.once("close", () => clearTimeout(late));
      resolve({ status: response.statusCode ?? 0 });
    });
    const late = setTimeout(() => {
      resolve({ failure: "timeout" });
      request.destroy();
    }, timeoutMs);
    request.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      // Docker accepts connections to a port that it publishes, and drops them while nothing listens in the container.
      const refused = error.syscall === "connect" || error.code === "ECONNRESET";
      resolve({ failure: refused ? "refused" : "other" });
    });
  });
