// What `npm run bench:provision` does: how long direct provisioning takes, and how long the real engine takes for the
// same. It measures and judges nothing.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Command, Option } from "commander";
import { allOf, root, stackSettings, venv } from "../checkout";
import { startLocalAws, type LocalAws } from "../local-aws/local-aws";
import { count, loadNow, measure, seconds } from "../measure";
import { progressOn, type Progress } from "../rehearsal/progress";
import { resultOf, table, type Run } from "./bench-report";
import { provisionDirect } from "./direct";
import { EngineStack, engineMissing } from "./engine";
import { existingNetwork } from "./existing-network";

const stacks = ["staging", "prod"] as const;
type Stack = (typeof stacks)[number];

interface Options {
  runs: number;
  engineRuns: number;
  json?: boolean;
}

function readOptions(): Options {
  return new Command("npm run bench:provision --")
    .description(
      "Brings the staging and prod stacks up, side by side, directly and with the real Pulumi engine, each time on a new " +
        "local AWS and on an existing network, and prints how long that took and how the two compare.",
    )
    .addOption(new Option("--runs <count>", "how often directly").argParser(count).default(3))
    .addOption(new Option("--engine-runs <count>", "how often with the engine").argParser(count).default(1))
    .option("--json", "print every run as JSON instead of a table")
    .addHelpText("after", "\nExit codes: 0 it was measured, 2 it could not be.")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse()
    .opts<Options>();
}

/** What both ways of bringing a stack up are told. */
type Common = Awaited<ReturnType<typeof commonOf>>;

/** In its account, which the other stack's file names, and on a network that is there: so both make the same. */
async function commonOf({ aws }: LocalAws, stack: Stack, signal: AbortSignal) {
  const settings = stackSettings();
  const account = settings.accounts[stack];
  const network = await existingNetwork(aws, aws.root(account, settings.regions[stack]));
  const config = { "greenroom:network": network };
  return {
    stack,
    programFolder: root,
    endpoint: aws.endpoint,
    account,
    config,
    signal,
    log: () => undefined,
  };
}

async function direct(both: Common[]): Promise<Run> {
  const resources = { staging: 0, prod: 0 };
  const afterLoad: number[] = [];
  const begun = performance.now();
  await allOf(
    both.map((common) =>
      provisionDirect({
        ...common,
        timed: ({ createMs, resources: made }) => {
          afterLoad.push(createMs);
          resources[common.stack] = made;
        },
      }),
    ),
  );
  return { wholeMs: performance.now() - begun, afterLoadMs: Math.max(...afterLoad), resources };
}

async function engine(both: Common[], progress: Progress): Promise<Run> {
  const stateFolder = await mkdtemp(path.join(os.tmpdir(), "greenroom-engine-"));
  const resources = { staging: 0, prod: 0 };
  const begun = performance.now();
  try {
    await allOf(
      both.map(async (common) => {
        const stack = new EngineStack({
          ...common,
          stateFolder,
          progress: ({ type, name }) => progress.step(`${common.stack.padEnd(7)} ${type} ${name}`),
        });
        resources[common.stack] = (await stack.up()).resources;
      }),
    );
    return { wholeMs: performance.now() - begun, resources };
  } finally {
    await rm(stateFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function onNewAws(
  progress: Progress,
  signal: AbortSignal,
  measure: (both: Common[]) => Promise<Run>,
): Promise<Run> {
  const local = await startLocalAws({
    speed: 200,
    port: 0,
    venv,
    containers: "process",
    keepFolder: path.join(root, ".greenroom"),
    warn: (message) => progress.fail(message),
  });
  const failing = new AbortController();
  local.failed.catch(() => failing.abort());
  try {
    const ending = AbortSignal.any([signal, failing.signal]);
    const both = await Promise.all(stacks.map((stack) => commonOf(local, stack, ending)));
    return await measure(both);
  } catch (error) {
    // Why the base has ended says more than what that did to a stack.
    if (failing.signal.aborted) await local.failed;
    throw error;
  } finally {
    await local.close();
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const options = readOptions();
  const missing = engineMissing();
  if (missing) throw new Error(`the engine cannot be measured: ${missing}`);
  const loadBefore = loadNow();
  const progress = progressOn();
  const repeat = async (what: string, times: number, one: (both: Common[]) => Promise<Run>) => {
    const runs: Run[] = [];
    while (runs.length < times) {
      signal.throwIfAborted();
      progress.step(`${what}, ${runs.length + 1} of ${times}`);
      const run = await onNewAws(progress, signal, one);
      progress.done(`${what}: up in ${seconds(run.wholeMs)}`);
      runs.push(run);
    }
    return runs;
  };
  const directRuns = await repeat("direct", options.runs, direct);
  const engineRuns = await repeat("engine", options.engineRuns, (both) => engine(both, progress));
  const result = resultOf(directRuns, engineRuns, loadBefore);
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : table(result));
  return 0;
}

void measure(main).then((code) => process.exit(code));
