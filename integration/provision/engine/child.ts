// One operation of the Pulumi engine on one stack, in a process of its own, as the program is loaded once a process.
// Started by `EngineStack`.
import { LocalWorkspace, type OutputMap, type Stack } from "@pulumi/pulumi/automation";
import { endTree } from "../process/end-tree";
import { say, textOf } from "../process/say";
import { Changes } from "./changes";
import { graceMs, type Message, type Task } from "./operation";

/** Runs the operation, says how it went, and ends the process. */
export async function run(task: Task): Promise<void> {
  const stopping = new AbortController();
  // The engine ends what it has begun, and its plugins with it.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  process.on("disconnect", () => {
    stopping.abort();
    // Nobody is left who would end what does not end by itself.
    setTimeout(() => endTree(process.pid), graceMs);
  });
  // Whoever read the lines is gone, which "disconnect" has told.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

  let count = 0;
  const changes = new Changes(
    (change) => void say({ kind: "changed", change, count: ++count } satisfies Message),
  );
  const message = await operate(task, changes, stopping.signal).catch((error: unknown): Message => ({
    kind: "failed",
    messages: changes.errors.length > 0 ? [...new Set(changes.errors)] : [textOf(error)],
  }));
  await say(message);
  process.exit(message.kind === "done" ? 0 : 1);
}

async function operate(task: Task, changes: Changes, signal: AbortSignal): Promise<Message> {
  const stack = await LocalWorkspace.createOrSelectStack(
    {
      stackName: task.stack,
      projectName: task.project.name,
      // As the language host does: the exports are the outputs.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      program: async () => require(task.program) as Record<string, unknown>,
    },
    {
      workDir: task.workFolder,
      projectSettings: task.project,
      stackSettings: {
        [task.stack]: { config: task.config as Record<string, string>, encryptionSalt: task.encryptionSalt },
      },
    },
  );
  const outputs = await perform(stack, task, changes, signal);
  return {
    kind: "done",
    changes: changes.all,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown])),
    resources: changes.resources,
  };
}

/** Gives what the program exports, where the engine says it. */
async function perform(
  stack: Stack,
  { operation }: Task,
  changes: Changes,
  signal: AbortSignal,
): Promise<OutputMap> {
  const common = {
    color: "never" as const,
    signal,
    onEvent: (event: Parameters<Changes["take"]>[0]) => changes.take(event),
    onOutput: (text: string) => void process.stdout.write(text),
  };
  switch (operation.name) {
    case "up":
      return (await stack.up({ ...common, refresh: operation.refresh })).outputs;
    case "preview":
      await stack.preview({ ...common, refresh: operation.refresh });
      break;
    case "drift":
      await stack.refresh({ ...common, previewOnly: true });
      break;
    case "destroy":
      await (operation.preview ? stack.previewDestroy(common) : stack.destroy(common));
      break;
  }
  return {};
}
