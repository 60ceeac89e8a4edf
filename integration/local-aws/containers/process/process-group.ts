import { spawn, type ChildProcess } from "node:child_process";
import os from "node:os";
import type { Duplex } from "node:stream";

export interface Exit {
  /** 128 + the signal's number when a signal ended it, as shells and Docker count. */
  exitCode: number;
  signal?: NodeJS.Signals;
}

/** A program and everything that it starts: a process group of its own. */
export interface ProcessGroup {
  readonly pid: number;
  /** Resolves when the program itself has ended and what it wrote has been read. */
  readonly ended: Promise<Exit>;
  /** Signals the program only. */
  signal(name: NodeJS.Signals): void;
  /** Ends all of the group at once. */
  kill(): void;
}

const signalNumbers: { [name: string]: number } = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
};

/**
 * Starts a program in a group of its own, with exactly the given environment.
 *
 * @throws Error when there is no such program
 */
export async function startGroup(
  command: string,
  args: readonly string[],
  options: {
    cwd: string;
    environment: Record<string, string>;
    onOutput: (text: string) => void;
    /** Ends what the program left running when it ended, as the end of a container does. Default: false. */
    endWithProgram?: boolean;
    /** Gets the other end of the program's file descriptor 3. */
    onLine?: (line: Duplex) => void;
    /** Gets what others leave of the processors: clients and what serves them come first. @default false */
    givesWay?: boolean;
  },
): Promise<ProcessGroup> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", ...(options.onLine ? ["pipe" as const] : [])],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", options.onOutput);
  }
  const line = child.stdio[3];
  if (line) options.onLine?.(line as Duplex);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.on("error", () => undefined);
  const pid = child.pid ?? 0;
  // Before it has started anything; what it starts inherits it.
  if (options.givesWay) lower(pid);
  const send = (to: number, name: NodeJS.Signals) => {
    try {
      process.kill(to, name);
    } catch {
      // It has ended already, which is what we want.
    }
  };
  const kill = () => send(-pid, "SIGKILL");
  return {
    pid,
    kill,
    ended: end(child, options.endWithProgram ? kill : undefined),
    signal: (name) => send(pid, name),
  };
}

function lower(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
}

async function end(child: ChildProcess, atExit?: () => void): Promise<Exit> {
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exit = await new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) =>
      resolve(signal ? { signal, exitCode: 128 + (signalNumbers[signal] ?? 15) } : { exitCode: code ?? 1 }),
    );
  });
  atExit?.();
  // A program left in the background may hold the output open; it is not waited for.
  const late = new Promise<void>((resolve) => setTimeout(resolve, 500).unref());
  await Promise.race([closed, late]);
  return exit;
}

/** Cuts text that comes in pieces into lines. */
export function lines(onLine: (line: string) => void): { write(text: string): void; flush(): void } {
  let rest = "";
  return {
    write(text) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) onLine(part.replace(/\r$/, ""));
    },
    flush() {
      if (rest) onLine(rest);
      rest = "";
    },
  };
}
