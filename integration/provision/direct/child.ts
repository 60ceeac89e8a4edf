// One stack, in a process of its own: Pulumi's runtime is one stack a process. Started by `provisionDirect`.
import { performance } from "node:perf_hooks";
import { runtime } from "@pulumi/pulumi";
import { readStackConfig } from "../config";
import { LocalProvider } from "./local-provider";
import type { Failure, Message, Task } from "./messages";
import { Providers } from "./providers";

/** A program with nothing under way and nothing new for this long waits for something that never comes. */
const idleLimitMs = 15_000;
/** How long calls that were under way when something failed may take to end. */
const drainLimitMs = 5_000;

const say = (message: Message) =>
  new Promise<void>((resolve) => {
    if (!process.send) return resolve();
    process.send(message, undefined, {}, () => resolve());
  });

process.once("message", (task: Task) => void main(task));
// The one who asked is gone.
process.once("disconnect", () => process.exit(1));

async function main(task: Task): Promise<void> {
  const ended = await outcome(task).catch((error: unknown): Message => failed([{ message: textOf(error) }]));
  await say(ended);
  process.exit(ended.kind === "done" ? 0 : 1);
}

async function outcome(task: Task): Promise<Message> {
  const config = readStackConfig(task.folder, task.stack);
  runtime.setAllConfig(config.values, config.secretKeys);
  const providers = new Providers(task.endpoint, task.account, config.values);
  const provider = new LocalProvider(
    providers,
    (type, name, count) => void say({ kind: "created", type, name, count }),
  );
  await runtime.setMocks(provider, config.project, task.stack, false);

  const started = performance.now();
  let loaded = started;
  let thrown: unknown;
  const program = runtime.runInPulumiStack(async () => {
    const exported: unknown = load(config.program);
    loaded = performance.now();
    return typeof exported === "function" ? (exported as () => unknown)() : exported;
  }) as Promise<Record<string, unknown> | undefined>;
  // A failed resource rejects its outputs and all that is made of them; the failure itself is noted already.
  const unhandled = new Promise<void>((resolve) => {
    const note = (error: unknown) => {
      thrown ??= error;
      resolve();
    };
    process.on("unhandledRejection", note);
    process.on("uncaughtException", note);
  });
  const finished = program.then(async (outputs) => {
    await runtime.disconnect();
    return outputs ?? {};
  });
  finished.catch((error: unknown) => (thrown ??= error));
  const result = await Promise.race([
    finished.then((outputs) => ({ outputs })).catch(() => undefined),
    unhandled,
    firstFailureOrIdle(provider),
  ]);

  if (result && provider.failures.length === 0 && thrown === undefined) {
    const created = performance.now();
    providers.close();
    const timing = { startMs: started, loadMs: loaded - started, createMs: created - loaded };
    return { kind: "done", outputs: result.outputs, resources: provider.count, timing };
  }
  await provider.settled(drainLimitMs);
  if (provider.failures.length > 0) return failed(provider.failures);
  if (thrown !== undefined)
    return failed([{ message: `the program failed: ${textOf(thrown, config.program)}` }]);
  const message =
    `the program has created ${provider.count} resources and waits for something that does not come: ` +
    `nothing happened for ${idleLimitMs / 1000} seconds`;
  return failed([{ message }]);
}

function load(program: string): unknown {
  // The program is CommonJS or TypeScript, as for the engine's language host; tsx is on (see `provisionDirect`).
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(program);
}

/** Ends when a resource has failed, or nothing has happened for too long. */
async function firstFailureOrIdle(provider: LocalProvider): Promise<undefined> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50).unref());
    const idleMs = performance.now() - provider.lastActivity;
    if (provider.failures.length > 0 || (provider.underway === 0 && idleMs > idleLimitMs)) return undefined;
  }
}

const failed = (failures: Failure[]): Message => ({ kind: "failed", failures });

/** The message, and for an error of the program's own also the line that threw it. */
function textOf(error: unknown, program?: string): string {
  if (!(error instanceof Error)) return String(error);
  const line = error.stack?.split("\n").find((at) => program && at.includes(program) && /^\s+at /.test(at));
  return line ? `${error.message}\n${line}` : error.message;
}
