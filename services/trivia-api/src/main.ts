import type { AddressInfo } from "node:net";
import { configFrom, type Config } from "./config";
import { reportTo } from "./leaderboard";
import { createLog } from "./log";
import { createTriviaServer } from "./server";

/** ECS kills a task 30 s after its SIGTERM (`stopTimeout`); what is not answered by then is given up a bit earlier. */
const GRACE_MS = 25_000;

try {
  start(configFrom(process.env));
} catch (error) {
  createLog({ service: "trivia-api" })("error", "cannot start", { error: (error as Error).message });
  process.exitCode = 1;
}

function start(config: Config): void {
  const { version, environment } = config;
  const log = createLog({ service: "trivia-api", version, environment });
  const server = createTriviaServer(version, log, reportTo(config.leaderboard, log));

  server.on("error", (error) => {
    log("error", "cannot listen", { host: config.host, port: config.port, error: error.message });
    process.exitCode = 1;
  });
  server.listen(config.port, config.host, () => {
    const { address, port } = server.address() as AddressInfo;
    log("info", "listening", { host: address, port });
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log("info", "stopping", { signal });
      // Takes no new connection, closes the idle ones, and calls back when the requests in flight are answered.
      server.close(() => {
        log("info", "stopped");
        process.exit(0);
      });
      setTimeout(() => {
        log("error", "stopped with unanswered requests", { graceMs: GRACE_MS });
        process.exit(1);
      }, GRACE_MS).unref();
    });
  }
}
