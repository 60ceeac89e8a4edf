import { type ChildProcess, fork } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { compile, type Compiled } from "./compile";
import { endTree } from "./end-tree";
import type { Order } from "./messages";

export interface StackProcessOptions<Message> {
  /** Working directory. */
  folder: string;
  /** Laid over this process's: what is undefined is unset. */
  environment: NodeJS.ProcessEnv;
  /** Gets the lines that are printed. */
  log: (line: string) => void;
  /** Gets every message. */
  onMessage: (message: Message) => void;
  /** Ends it early. */
  signal?: AbortSignal;
  /** In wall time. */
  limitMs: number;
  /** How long it may take to end by itself when it has to stop; it is told by SIGTERM. @default 0: it is killed */
  graceMs?: number;
  /** Lets everything else on this machine go first, what it starts included. @default false */
  inBackground?: boolean;
}

/** The process of one stack. It ends by itself when it is done, when this process ends, or by `close`. */
export class StackProcess<Message extends object> {
  private readonly child: ChildProcess;
  private readonly lastLines: string[] = [];
  private readonly ended: Promise<string>;
  private last?: Message;

  /** Starts it, and lets it load Pulumi, before it is known what it has to do. */
  constructor(private readonly options: StackProcessOptions<Message>) {
    this.child = fork(path.join(__dirname, "boot.cjs"), [], {
      cwd: options.folder,
      // Not what this process was started with, such as a loader or a debugger's port.
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        ...options.environment,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      },
    });
    if (options.inBackground && this.child.pid !== undefined)
      os.setPriority(this.child.pid, os.constants.priority.PRIORITY_LOW);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.printed(line));
    }
    this.child.on("message", (message: Message) => {
      this.last = message;
      options.onMessage(message);
    });
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      // "close" comes after the last line of output.
      this.child.once("close", (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
    });
  }

  /**
   * Runs a task to its end.
   * @returns the last message
   * @throws Error if the process ends without one that is `final`, takes too long, or is stopped
   */
  async run<Final extends Message>(
    order: Order<unknown>,
    final: (message: Message) => message is Final,
  ): Promise<Final> {
    const { signal, limitMs } = this.options;
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped = why;
      this.close();
    };
    const abort = () => stop("it was stopped");
    const late = setTimeout(() => stop(`it was not done after ${limitMs / 1000} seconds`), limitMs);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    try {
      // If it cannot be sent, the process is gone, and `ended` says how.
      this.child.send(order, () => undefined);
      const how = await this.ended;
      if (stopped === undefined && this.last && final(this.last)) return this.last;
      throw new Error(stopped ?? [`its process ${how}`, ...this.lastLines].join("\n"));
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", abort);
    }
  }

  close(): void {
    const { graceMs = 0 } = this.options;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (graceMs === 0) return void this.child.kill("SIGKILL");
    this.child.kill("SIGTERM");
    const kill = setTimeout(() => endTree(this.child.pid), graceMs);
    void this.ended.then(() => clearTimeout(kill));
  }

  private printed(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > 20) this.lastLines.shift();
    this.options.log(line);
  }
}

const compilations = new Map<string, Promise<Compiled>>();

/** Compiles what a stack's process loads. Stacks that come up together share one compilation of their program. */
export function compileOnce(child: string, program: string): Promise<Compiled> {
  const key = `${child} ${program}`;
  const shared = compilations.get(key);
  if (shared) return shared;
  // Not kept any longer: the files may have changed by the next time.
  const compilation = compile([child, program]).finally(() => compilations.delete(key));
  compilations.set(key, compilation);
  return compilation;
}
