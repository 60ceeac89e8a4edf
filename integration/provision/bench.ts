// What `npm run bench:provision` does: how long direct provisioning takes, and how long the real engine takes for the
// same. It measures and judges nothing.
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { startLocalAws, type LocalAws } from "../local-aws/local-aws";
import { root } from "../rehearsal/bring-up";
import { progressOn, type Progress } from "../rehearsal/progress";
import { readStackConfig } from "./config";
import { provisionDirect } from "./direct";
import { EngineStack, engineMissing } from "./engine";
import { existingNetwork } from "./existing-network";

const stacks = ["staging", "prod"] as const;
type Stack = (typeof stacks)[number];

/** Both stacks once, side by side, on a local AWS that had nothing. In wall milliseconds. */
interface Run {
  /** From the call until both are up. */
  wholeMs: number;
  /** Of the slower stack, from when its program had loaded until it was up. The engine does not say when that was. */
  afterLoadMs?: number;
  resources: Record<Stack, number>;
}

interface Options {
  runs: number;
  engineRuns: number;
  json?: boolean;
}

const count = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100)
    throw new InvalidArgumentError("It must be a whole number from 1 to 100.");
  return value;
};

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
  const other = stack === "staging" ? "prod" : "staging";
  const named = stack === "staging" ? "greenroom:promotedFromAccount" : "greenroom:promoteToAccount";
  const account = readStackConfig(root, other).values[named] || "000000000000";
  const region = readStackConfig(root, stack).values["aws:region"] ?? "us-east-1";
  const network = await existingNetwork(aws, aws.root(account, region));
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

/** All, or what the first of them failed with, once none goes on. */
async function allOf(work: Promise<unknown>[]): Promise<void> {
  for (const one of await Promise.allSettled(work)) if (one.status === "rejected") throw one.reason;
}

async function onNewAws(
  progress: Progress,
  signal: AbortSignal,
  measure: (both: Common[]) => Promise<Run>,
): Promise<Run> {
  const local = await startLocalAws({
    speed: 200,
    port: 0,
    venv: process.env.GREENROOM_VENV ?? path.join(root, ".greenroom", "base"),
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

/**
 * Waits of fixed length in the AWS provider, in seconds, however fast AWS is: it lets 30 s pass before it looks whether
 * a load balancer is active, once when it is made and once when its attributes are set. A hook function needs the name
 * of its load balancer and so comes after it; the cluster does not.
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/elbv2/load_balancer.go
 */
const fixedWaits = { loadBalancer: 60, hookFunction: 5, cluster: 10 };
const waitSeconds = fixedWaits.loadBalancer + fixedWaits.hookFunction;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Of an odd number the one in the middle, else the mean of the two. */
function spread(values: number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  };
}

function resultOf(directRuns: Run[], engineRuns: Run[], loadBefore: number) {
  const whole = (runs: Run[]) => spread(runs.map(({ wholeMs }) => wholeMs));
  const afterLoad = spread(directRuns.flatMap(({ afterLoadMs }) => afterLoadMs ?? []));
  const [directMs, engineMs] = [whole(directRuns), whole(engineRuns)];
  return {
    machine: {
      cores: os.availableParallelism(),
      processor: os.cpus()[0]?.model ?? "unknown",
      system: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      loadBefore,
    },
    direct: { afterLoadMs: afterLoad, wholeMs: directMs, runs: directRuns },
    engine: { wholeMs: engineMs, fixedWaits: { seconds: waitSeconds, of: fixedWaits }, runs: engineRuns },
    /** How many times as long the engine takes, by the medians. */
    ratio: { whole: engineMs.median / directMs.median, afterLoad: engineMs.median / afterLoad.median },
  };
}

function table({ machine, direct: directly, engine: byEngine, ratio }: ReturnType<typeof resultOf>): string {
  const row = (what: string, { min, median, max }: ReturnType<typeof spread>, runs: Run[]) => {
    const made = [...new Set(runs.map(({ resources: { staging, prod } }) => `${staging} + ${prod}`))];
    const cells = [seconds(min), seconds(median), seconds(max), String(runs.length)];
    return `${what.padEnd(34)}${cells.map((cell) => cell.padStart(9)).join("")}   ${made.join(", ")}`;
  };
  const share = Math.round((waitSeconds * 100_000) / byEngine.wholeMs.median);
  const head = ["min", "median", "max", "runs"].map((cell) => cell.padStart(9)).join("");
  return `
${"staging and prod, side by side".padEnd(34)}${head}   resources
${row("direct, after the program loaded", directly.afterLoadMs, directly.runs)}
${row("direct, from start to end", directly.wholeMs, directly.runs)}
${row("engine, from start to end", byEngine.wholeMs, byEngine.runs)}

Direct provisioning to the engine, both from start to end: 1 : ${ratio.whole.toFixed(1)} (after the program loaded: 1 : ${ratio.afterLoad.toFixed(1)})
Of the engine's ${seconds(byEngine.wholeMs.median)}, ${waitSeconds} s (${share} %) are fixed waits of the AWS provider: ${fixedWaits.loadBalancer} s for a load balancer, then ${fixedWaits.hookFunction} s for the hook function that is told its name. A cluster's ${fixedWaits.cluster} s pass meanwhile.
Machine: ${machine.cores} cores (${machine.processor}), load ${machine.loadBefore.toFixed(1)} beforehand, Node.js ${machine.node}, ${machine.system}
`;
}

async function main(): Promise<number> {
  const options = readOptions();
  const missing = engineMissing();
  if (missing) {
    process.stderr.write(`greenroom: the engine cannot be measured: ${missing}; install Pulumi\n`);
    return 2;
  }
  const loadBefore = os.loadavg()[0] ?? 0;
  const progress = progressOn();
  const stopping = new AbortController();
  let stopped: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      process.stderr.write(`\ngreenroom: ${signal}: cleaning up …\n`);
      stopped ??= signal;
      stopping.abort();
    });
  const repeat = async (what: string, times: number, measure: (both: Common[]) => Promise<Run>) => {
    const runs: Run[] = [];
    while (runs.length < times) {
      stopping.signal.throwIfAborted();
      progress.step(`${what}, ${runs.length + 1} of ${times}`);
      const run = await onNewAws(progress, stopping.signal, measure);
      progress.done(`${what}: up in ${seconds(run.wholeMs)}`);
      runs.push(run);
    }
    return runs;
  };
  try {
    const directRuns = await repeat("direct", options.runs, direct);
    const engineRuns = await repeat("engine", options.engineRuns, (both) => engine(both, progress));
    const result = resultOf(directRuns, engineRuns, loadBefore);
    process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : table(result));
    return 0;
  } catch (error) {
    if (stopped) return 128 + os.constants.signals[stopped];
    process.stderr.write(`greenroom: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

void main().then((code) => process.exit(code));
