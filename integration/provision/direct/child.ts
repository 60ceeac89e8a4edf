// One stack, in a process of its own: Pulumi's runtime is one stack a process. Started by `provisionDirect`.
import { performance } from "node:perf_hooks";
import { runtime } from "@pulumi/pulumi";
import { readStackConfig, type StackConfig } from "../config";
import { LocalProvider } from "./local-provider";
import type { Failure } from "../process/messages";
import { say, textOf } from "../process/say";
import type { Message, Task } from "./messages";
import { Providers } from "./providers";

/** A program with nothing under way and nothing new for this long waits for something that never comes. */
const idleLimitMs = 15_000;
/** How long calls that were under way when something failed may take to end. */
const drainLimitMs = 5_000;

/** Brings the stack up, says how it went, and ends the process. */
export async function run(task: Task): Promise<void> {
  const ended = await outcome(task).catch((error: unknown) => failed([{ message: textOf(error) }]));
  await say(ended);
  process.exit(ended.kind === "done" ? 0 : 1);
}

async function outcome(task: Task): Promise<Message> {
  const started = performance.now();
  const config = readStackConfig(task.folder, task.stack, task.config);
  const providers = new Providers(task.endpoint, task.account, config.values);
  const provider = new LocalProvider(
    providers,
    (type, name, count) => void say({ kind: "created", type, name, count } satisfies Message),
  );
  const program = runProgram(config, task.stack, provider);
  // A failed resource rejects its own outputs and all that is made of them: the first is the one that says why.
  const broken = new Promise<{ thrown: unknown }>((resolve) => {
    process.on("unhandledRejection", (thrown) => resolve({ thrown }));
    process.on("uncaughtException", (thrown) => resolve({ thrown }));
  });
  const first = await Promise.race([
    program.ended.then(
      (outputs) => ({ outputs }),
      (thrown: unknown) => ({ thrown }),
    ),
    broken,
    provider.failedOrIdle(idleLimitMs).then(() => ({})),
  ]);

  if ("outputs" in first && provider.failures.length === 0) {
    providers.close();
    const loaded = program.loadedAt();
    const timing = { startMs: started, loadMs: loaded - started, createMs: performance.now() - loaded };
    return { kind: "done", outputs: first.outputs, resources: provider.count, timing };
  }
  provider.stop();
  await provider.settled(drainLimitMs);
  // What a resource failed with is more than what the program made of it.
  if (provider.failures.length > 0) return failed(provider.failures);
  if ("thrown" in first)
    return failed([
      { message: `the program failed: ${textOf(first.thrown)}`, at: placeOf(first.thrown, task.folder) },
    ]);
  const message =
    `the program has created ${provider.count} resources and waits for something that does not come: ` +
    `nothing happened for ${idleLimitMs / 1000} seconds`;
  return failed([{ message }]);
}

function runProgram(config: StackConfig, stack: string, provider: LocalProvider) {
  let loadedAt = 0;
  const start = async (): Promise<Record<string, unknown>> => {
    runtime.setAllConfig(config.values, config.secretKeys);
    await runtime.setMocks(provider, config.project, stack, false);
    const outputs: unknown = await runtime.runInPulumiStack(async () => {
      // As the engine's language host does: the exports are the outputs, or what an exported function gives.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const exported: unknown = require(config.program);
      loadedAt = performance.now();
      return typeof exported === "function" ? (exported as () => unknown)() : exported;
    });
    // Resources that no output depends on may still be under way.
    await runtime.disconnect();
    return (outputs ?? {}) as Record<string, unknown>;
  };
  return { ended: start(), loadedAt: () => loadedAt };
}

const failed = (failures: Failure[]): Message & { kind: "failed" } => ({ kind: "failed", failures });

/** The first place in the error's stack that is the program's own. */
function placeOf(error: unknown, folder: string): Failure["at"] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, file = "", line, column] of stack.matchAll(/\(?(\/[^()\n]+):(\d+):(\d+)\)?$/gm)) {
    if (file.startsWith(folder) && !file.includes("/node_modules/")) {
      return { file, line: Number(line), column: Number(column) };
    }
  }
  return undefined;
}
