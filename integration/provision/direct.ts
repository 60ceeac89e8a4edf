import { fork } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Failure, Message, Task, Timing } from "./direct/messages";

/** What a program exports, with plain values. */
export type StackOutputs = Record<string, unknown>;

/** A stack that could not be brought up: every resource that failed, with AWS's own words. */
export class ProvisioningError extends Error {
  override name = "ProvisioningError";
  constructor(
    stack: string,
    readonly failures: Failure[],
  ) {
    const lines = failures.map(({ type, name, message }) => {
      const where = type ? `${type}${name ? ` "${name}"` : ""}: ` : "";
      return `  ${where}${message}`;
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
  const { stack, programFolder, endpoint, account, log } = options;
  const folder = path.resolve(programFolder);
  const child = fork(path.join(__dirname, "direct", "child.ts"), [], {
    cwd: folder,
    execArgv: ["--require", require.resolve("tsx/cjs")],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      ...process.env,
      // For what the program itself does with an SDK, and so that nothing finds other credentials.
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: account ?? "000000000000",
      AWS_SECRET_ACCESS_KEY: "greenroom",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      log(line);
    });
  }
  let last: Message | undefined;
  child.on("message", (message: Message) => {
    if (message.kind === "created") options.progress?.(message);
    else last = message;
  });
  let stopped: string | undefined;
  const stop = (why: string) => {
    stopped = why;
    child.kill("SIGKILL");
  };
  const abort = () => stop("it was stopped");
  const late = setTimeout(() => stop(`it was not up after ${limitMs / 1000} seconds`), limitMs);
  options.signal?.addEventListener("abort", abort, { once: true });
  if (options.signal?.aborted) abort();
  try {
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      // "close" comes after the last line of output.
      child.once("close", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    child.send({ stack, folder, endpoint, account } satisfies Task, () => undefined);
    const how = await ended;
    if (last?.kind === "done") {
      options.timed?.({ ...last.timing, resources: last.resources });
      return last.outputs;
    }
    if (last?.kind === "failed") throw new ProvisioningError(stack, last.failures);
    const message = stopped ?? [`its process ended with ${how}`, ...lastLines].join("\n  ");
    throw new ProvisioningError(stack, [{ message }]);
  } finally {
    clearTimeout(late);
    options.signal?.removeEventListener("abort", abort);
  }
}
