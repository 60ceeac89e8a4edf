// What `npm run bench:containers` does: how long the usual rehearsal takes with either container runtime.
import { Command, Option } from "commander";
import { count, loadNow, measure, seconds } from "../../measure";
import { runtimeNames, type RuntimeName } from "../../local-aws/containers/choose";
import type { LocalAws } from "../../local-aws/local-aws";
import { bringUp } from "../../rehearsal/bring-up";
import { usualRatePerSecond } from "../../rehearsal/pace";
import { progressOn, type Progress } from "../../rehearsal/progress";
import { checkRuns, prepare } from "../../rehearsal/prepare";
import { runScenarios } from "../../rehearsal/run";
import { resultOf, table, type Run } from "./bench-report";
import { dockerTestsMissing } from "./missing";

interface Options {
  runs: number;
  json?: boolean;
}

function readOptions(): Options {
  return new Command("npm run bench:containers --")
    .description(
      "Rehearses a good and a bad release as `npm start` does, with builds and tasks as processes of this machine and as " +
        "Docker containers, each time on a new local AWS, and prints how long that took and how the two compare.",
    )
    .addOption(new Option("--runs <count>", "how often with each runtime").argParser(count).default(3))
    .option("--json", "print every run as JSON instead of a table")
    .addHelpText(
      "after",
      "\nExit codes: 0 it was measured, 1 a measured rehearsal was not as expected, 2 it could not be measured.",
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse()
    .opts<Options>();
}

async function rehearse(containers: RuntimeName, progress: Progress, signal: AbortSignal): Promise<Run> {
  const begun = performance.now();
  const prepared = await prepare({});
  const check = (local: LocalAws) => checkRuns(prepared, local);
  const broughtUp = await bringUp({ port: 0, containers, check, progress, signal });
  const bringUpMs = performance.now() - begun;
  try {
    const { scenarios: results } = await runScenarios({
      broughtUp,
      prepared,
      ratePerSecond: usualRatePerSecond,
      progress,
    });
    const [good, bad] = results;
    if (!good || !bad) throw new Error("not every scenario was played");
    const couldNotRun = good.couldNotRun ?? bad.couldNotRun;
    if (couldNotRun) throw new Error(couldNotRun);
    const { speed } = broughtUp.local.aws.clock;
    const builds = good.releases
      .flatMap(({ actions }) => actions)
      .filter(({ provider }) => provider === "CodeBuild")
      .map(({ startedAt, endedAt = startedAt }) => (endedAt - startedAt) / speed);
    await broughtUp.close();
    return {
      bringUpMs,
      goodMs: good.wallMs,
      badMs: bad.wallMs,
      wholeMs: performance.now() - begun,
      buildMs: Math.max(...builds),
      failedRequests: good.traffic.reduce((sum, { totals }) => sum + totals.failures, 0),
      asExpected: results.every(({ verdict }) => verdict?.asExpected),
    };
  } finally {
    await broughtUp.close();
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const options = readOptions();
  const loadBefore = loadNow();
  const progress = progressOn();
  const missing = await dockerTestsMissing();
  const runs: Partial<Record<RuntimeName, Run[]>> = {};
  const notMeasured = missing ? [`--containers docker: ${missing}`] : [];
  try {
    // Alternately, so that what else the machine does meets both.
    for (let i = 1; i <= options.runs; i++) {
      for (const runtime of runtimeNames) {
        if (runtime === "docker" && missing) continue;
        signal.throwIfAborted();
        progress.step(`${runtime}, ${i} of ${options.runs}`);
        try {
          const run = await rehearse(runtime, progress, signal);
          progress.done(`${runtime}: ${seconds(run.wholeMs)}`);
          (runs[runtime] ??= []).push(run);
        } catch (error) {
          signal.throwIfAborted();
          const why = error instanceof Error ? error.message : String(error);
          notMeasured.push(`run ${i} of --containers ${runtime}: ${why}`);
        }
      }
    }
  } finally {
    progress.close();
  }
  const result = resultOf(runs, notMeasured, loadBefore);
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : table(result));
  if (!runs.process || !runs.docker) return 2;
  return [...runs.process, ...runs.docker].every(({ asExpected }) => asExpected) ? 0 : 1;
}

void measure(main).then((code) => process.exit(code));
