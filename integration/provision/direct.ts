import path from "node:path";
import { readStackConfig } from "./config";
import type { Message, Task, Timing } from "./direct/messages";
import { localEnvironment } from "./local-environment";
import type { Failure } from "./process/messages";
import { compileOnce, StackProcess } from "./process/stack-process";

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
  /** Laid over the stack file, by full key (`greenroom:testPort`). */
  config?: Record<string, unknown>;
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
  const { stack, endpoint, account, config, log, signal } = options;
  const folder = path.resolve(options.programFolder);
  // The process loads Pulumi while the program is compiled.
  const child = new StackProcess<Message>({
    folder,
    // For what the program itself does with an SDK.
    environment: localEnvironment(endpoint, account ?? "000000000000"),
    log,
    signal,
    limitMs,
    onMessage: (message) => {
      if (message.kind === "created") options.progress?.(message);
    },
  });
  try {
    const { program } = readStackConfig(folder, stack, config);
    const compiled = await compileOnce(childFile, program);
    const task: Task = { stack, folder, endpoint, account, config };
    const ended = await child.run({ task, code: compiled.code, child: childFile }, isFinal);
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

const isFinal = (message: Message): message is Exclude<Message, { kind: "created" }> =>
  message.kind !== "created";
