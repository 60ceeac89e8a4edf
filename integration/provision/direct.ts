import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { readStackConfig } from "./config";
import { compile, type Compiled } from "./direct/compile";
import type { Failure, Message, Order, Task, Timing } from "./direct/messages";

/** What a program exports, with plain values. */
export type StackOutputs = Record<string, unknown>;

/** A stack that could not be brought up: every resource that failed, with AWS's own words. */
export class ProvisioningError extends Error {
  override name = "ProvisioningError";
  constructor(
    stack: string,
    readonly failures: Failure[],
  ) {
    const lines = failures.map(({ type, name, message, at }) => {
      const where = type ? `${type}${name ? ` "${name}"` : ""}: ` : "";
      const place = at ? `\n    at ${at.file}:${at.line}:${at.column}` : "";
      return `  ${where}${message.replaceAll("\n", "\n  ")}${place}`;
    });
    super(`the stack "${stack}" could not be brought up:\n${lines.join("\n")}`);
  }
}

export interface DirectOptions {
  /** Which `Pulumi.STACK.yaml`. */
  stack: string;
  /** Where `Pulumi.yaml` is. */
  programFolder: string;
  /** The gateway of the local AWS: `http://127.0.0.1:PORT`. */
  endpoint: string;
  /**
   * The account of the credentials that the stack is brought up with: 12 digits.
   * @default the first of `aws:allowedAccountIds` in the stack's configuration
   */
  account?: string;
  /** Gets the lines that the program prints. */
  log: (line: string) => void;
  /** Gets every resource, as soon as it is there. `count` is how many there are by then. */
  progress?: (resource: { type: string; name: string; count: number }) => void;
  /** Gets how long it took, when the stack is up. */
  timed?: (timing: Timing & { resources: number }) => void;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** Nothing local takes this long: a stack that is not up by then hangs. In wall time. */
const limitMs = 180_000;
const childFile = path.join(__dirname, "direct", "child.ts");

/**
 * Brings a stack of a Pulumi program up on the local AWS, without the Pulumi engine: the program runs under Pulumi's
 * mock monitor, whose resources are created through the AWS SDK. Each stack has a process of its own, so several can
 * come up at once.
 *
 * It only creates: there is no state, and no second `up`.
 *
 * @returns the program's exports; secrets come as plain values
 * @throws {ProvisioningError} with every resource that failed. What was created by then stays.
 */
export async function provisionDirect(options: DirectOptions): Promise<StackOutputs> {
  const { stack, endpoint, account } = options;
  const folder = path.resolve(options.programFolder);
  // The process loads Pulumi while the program is compiled.
  const child = new StackProcess(folder, endpoint, options);
  try {
    const { program } = readStackConfig(folder, stack);
    const compiled = await compileOnce(program);
    const task: Task = { stack, folder, endpoint, account };
    const ended = await child.run({ task, code: compiled.code, child: childFile });
    if (ended.kind === "failed") throw new ProvisioningError(stack, ended.failures.map(compiled.inSource));
    options.timed?.({ ...ended.timing, resources: ended.resources });
    return ended.outputs;
  } catch (error) {
    if (error instanceof ProvisioningError) throw error;
    throw new ProvisioningError(stack, [{ message: error instanceof Error ? error.message : String(error) }]);
  } finally {
    child.close();
  }
}

const compilations = new Map<string, Promise<Compiled>>();

/** Stacks that come up together share one compilation of their program. */
function compileOnce(program: string): Promise<Compiled> {
  const shared = compilations.get(program);
  if (shared) return shared;
  // Not kept any longer: the files may have changed by the next time.
  const compilation = compile([childFile, program]).finally(() => compilations.delete(program));
  compilations.set(program, compilation);
  return compilation;
}

/** The process of one stack. It ends by itself when it is done, when this process ends, or by `close`. */
class StackProcess {
  private readonly child: ChildProcess;
  private readonly lastLines: string[] = [];
  private readonly ended: Promise<string>;
  private last?: Message;

  constructor(
    folder: string,
    endpoint: string,
    private readonly options: DirectOptions,
  ) {
    this.child = fork(path.join(__dirname, "direct", "boot.cjs"), [], {
      cwd: folder,
      // Not what this process was started with, such as a loader or a debugger's port.
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        // For what the program itself does with an SDK, and so that nothing finds other credentials.
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: options.account ?? "000000000000",
        AWS_SECRET_ACCESS_KEY: "greenroom",
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.printed(line));
    }
    this.child.on("message", (message: Message) => {
      if (message.kind === "created") options.progress?.(message);
      else this.last = message;
    });
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      // "close" comes after the last line of output.
      this.child.once("close", (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
    });
  }

  /** @throws Error if the process ends without a word, takes too long, or is stopped */
  async run(order: Order): Promise<Exclude<Message, { kind: "created" }>> {
    const { signal } = this.options;
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped = why;
      this.close();
    };
    const abort = () => stop("it was stopped");
    const late = setTimeout(() => stop(`it was not up after ${limitMs / 1000} seconds`), limitMs);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    try {
      // If it cannot be sent, the process is gone, and `ended` says how.
      this.child.send(order, () => undefined);
      const how = await this.ended;
      if (this.last && this.last.kind !== "created") return this.last;
      throw new Error(stopped ?? [`its process ${how}`, ...this.lastLines].join("\n"));
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", abort);
    }
  }

  close(): void {
    this.child.kill("SIGKILL");
  }

  private printed(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > 20) this.lastLines.shift();
    this.options.log(line);
  }
}
