import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import net from "node:net";
import path from "node:path";
import { BaseError, type Base } from "./base";
import { healthOf } from "./health";
import { expectMiniStack } from "./ministack";

/**
 * Starts MiniStack from its virtual environment on loopback and waits until it is healthy.
 *
 * @param options.venv the virtual environment it is installed in
 * @param options.folder where it, and the functions that it runs, may leave things
 * @param options.logFile what it says; written anew
 * @param options.environment what it and the functions that it runs find in their environment
 */
export async function startMiniStackProcess(options: {
  venv: string;
  folder: string;
  logFile: string;
  environment: Record<string, string>;
}): Promise<Base> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { logFile } = options;
  const log = createWriteStream(logFile);
  const bin = path.join(options.venv, "bin");
  const child = spawn(path.join(bin, "ministack"), [], {
    cwd: options.folder,
    // A group of its own, so that the functions it runs end with it, and Ctrl-C reaches us first.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
      GATEWAY_PORT: String(port),
      // Its default is every interface.
      BIND_HOST: "127.0.0.1",
      LOG_LEVEL: "WARNING",
      LAMBDA_EXECUTOR: "local",
      TMPDIR: options.folder,
      ...options.environment,
    },
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });

  let closing = false;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  const failed = ended.then((how) => {
    if (closing) return new Promise<never>(() => undefined);
    throw new BaseError(`the base (MiniStack) ended with ${how}; its log is ${logFile}`);
  });
  failed.catch(() => undefined);
  const close = async () => {
    closing = true;
    await endGroup(child, ended);
    log.end();
  };
  try {
    const hint = `its log is ${logFile}`;
    const health = await Promise.race([
      healthOf(url, { name: "the base (MiniStack)", limitMs: 30_000, hint }),
      failed,
    ]);
    return { ...expectMiniStack(health, options.venv), url, failed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ends a process and what it started: politely, then not. */
async function endGroup(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, name);
    } catch {
      // The group is gone, which is what we want.
    }
  };
  signal("SIGTERM");
  const late = setTimeout(() => signal("SIGKILL"), 3000);
  if (child.pid) await ended;
  clearTimeout(late);
  // A function's process may outlive the base by a moment.
  signal("SIGKILL");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
