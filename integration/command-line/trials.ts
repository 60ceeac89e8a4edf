import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Command, Option } from "commander";
import { root, takeToken } from "../checkout";
import { readTree } from "../local-aws/codepipeline/tree";
import type { LocalAws } from "../local-aws/local-aws";
import { exitCode, type RehearsalResult } from "../rehearsal/model";
import { PlanError } from "../rehearsal/plan";
import { checkRuns, prepareWith } from "../rehearsal/prepare";
import { runScenarios } from "../rehearsal/run";
import { checkedFault, faultScenario } from "../rehearsal/scenarios/incident";
import { goodRelease } from "../rehearsal/scenarios/good-release";
import type { Scenario } from "../rehearsal/scenarios/scenario";
import { holdLocalAws } from "./hold";
import { bringUpOptions, whole, withLocalOptions, type LocalOptions } from "./local-options";
import { commandName, endWith } from "./subcommand";
import { faultPage, tabledFaults } from "./trials/fault-table";
import { rowsOf, tableOf, trialsOf } from "./trials/outcomes";

interface Options extends LocalOptions {
  service?: string[];
  all?: boolean;
  good?: number;
  fault: string[];
  times: number;
  seed: number;
  json?: string;
  table?: string;
}

/** Of one service and one local AWS: clients send for two hours, and what they saw is in memory. */
const mostTrials = 60;

function readOptions(args: string[]): Options {
  const command = new Command(commandName("trials"))
    .description(
      "Brings a local AWS up once, plays releases on it, one after the other for each service, and counts what became of " +
        "them. `npm run trials --` is the same. Progress goes to stderr, the table to stdout.",
    )
    .addOption(
      new Option(
        "--service <name...>",
        "which services (default: the first of each kind in infra/services.ts)",
      ).conflicts("all"),
    )
    .option("--all", "every service")
    .addOption(
      new Option("--good <n>", "so many good releases (default: 20, or none with --fault)").argParser(
        whole(0, mostTrials),
      ),
    )
    .addOption(
      new Option(
        "--fault <fault>",
        'releases whose candidate in production has this fault, e.g. "5xx 5%"; may be said again',
      )
        .argParser((fault: string, before: string[]) => [...before, fault])
        .default([], "none"),
    )
    .addOption(new Option("--times <n>", "so often each fault").argParser(whole(1, mostTrials)).default(10))
    .addOption(
      new Option("--seed <n>", "in which order clients send, and which requests meet a fault")
        .argParser(whole(0, 1e9))
        .default(1),
    )
    .option("--json <file>", "writes every trial and the table to a file")
    .addOption(
      new Option(
        "--table <file>",
        "tries one fault of each kind, once unless --times says otherwise, and writes what became of them as Markdown",
      )
        .conflicts(["fault", "good"])
        .implies({ times: 1 }),
    );
  withLocalOptions(command)
    .addHelpText(
      "after",
      "\nExit codes: 0 everything went as expected, 1 it did not, 2 it could not run, or something was not judged.",
    )
    .exitOverride(endWith);
  return command.parse(args, { from: "user" }).opts<Options>();
}

/** What is played of each service, and which of it is about which fault. */
export function trialScenarios({
  good = 0,
  faults,
  times,
  seed,
}: {
  good?: number;
  faults: readonly string[];
  times: number;
  seed: number;
}): { scenarios: Scenario[]; faultOf: (scenario: { id: string }) => string | undefined } {
  const about = new Map<string, string>();
  const numbered = (scenario: Scenario, i: number, of: number): Scenario => ({
    ...scenario,
    id: `${scenario.id}-${i}`,
    title: `${scenario.title} (${i} of ${of})`,
  });
  const count = (many: number) => Array.from({ length: many }, (_, i) => i + 1);
  const scenarios = count(good).map((i) => numbered(goodRelease, i, good));
  for (const [which, fault] of faults.entries())
    for (const i of count(times)) {
      const scenario = faultScenario(checkedFault(fault, "--fault"), seed + i - 1);
      const one = numbered({ ...scenario, id: `fault-${which + 1}` }, i, times);
      about.set(one.id, fault);
      scenarios.push(one);
    }
  if (scenarios.length > mostTrials)
    throw new PlanError(
      `${scenarios.length} trials of each service are more than ${mostTrials}, which is what one local AWS takes: say it in several commands`,
    );
  if (scenarios.length === 0) throw new PlanError("--good 0: nothing is left to try; say --fault as well");
  return { scenarios, faultOf: ({ id }) => about.get(id) };
}

export async function run(args: string[]): Promise<number> {
  const token = takeToken();
  const options = readOptions(args);
  const { times, seed, rate, json, table } = options;
  const faults = table === undefined ? options.fault : tabledFaults.map(({ fault }) => fault);
  const good = options.good ?? (faults.length > 0 ? 0 : 20);
  const { scenarios, faultOf } = trialScenarios({ good, faults, times, seed });
  const bringUp = bringUpOptions(options, token);
  const asked = { services: options.service, all: options.all };
  const prepared = prepareWith(asked, await readTree(root), scenarios);
  const { standing, rehearsed } = prepared.plan;
  const check = (local: LocalAws) => checkRuns(prepared, local);
  return holdLocalAws({ ...bringUp, services: [...standing, ...rehearsed], check }, async (held) => {
    const { broughtUp, progress } = held;
    const result = await runScenarios({
      broughtUp,
      prepared,
      ratePerSecond: rate,
      progress,
      seed,
      goOn: true,
    });
    await held.unlessStopped();
    progress.close();
    const tried = {
      ...result,
      scenarios: result.scenarios.filter(({ service }) => rehearsed.includes(service)),
    };
    const trials = trialsOf(tried, faultOf);
    const rows = rowsOf(trials);
    process.stdout.write(tableOf(rows) + notPlayed(tried, rehearsed, scenarios.length));
    if (json !== undefined) {
      const { startedAt, wallMs, versions, containerRuntime, clock } = result;
      const about = { schema: "greenroom.trials/1", startedAt, wallMs, seed, ratePerSecond: rate };
      const text = JSON.stringify(
        { ...about, speed: clock.speed, versions, containerRuntime, rows, trials },
        undefined,
        1,
      );
      await writeFile(path.resolve(root, json), `${text}\n`);
    }
    if (table !== undefined) {
      const untried = tried.scenarios.flatMap(({ service, id, couldNotRun: why }) =>
        why === undefined ? [] : [{ service, fault: faultOf({ id }) ?? "", why }],
      );
      const command = ["npm run trials --", ...args].join(" ");
      await writeFile(path.resolve(root, table), faultPage(trials, untried, command));
    }
    const all = tried.scenarios.length === scenarios.length * rehearsed.length;
    return all ? exitCode(result) : Math.max(2, exitCode(result));
  });
}

/** What is missing from the table, and why. */
function notPlayed(
  { scenarios }: Pick<RehearsalResult, "scenarios">,
  services: string[],
  asked: number,
): string {
  return services
    .flatMap((service) => {
      const played = scenarios.filter((one) => one.service === service);
      const broken = played.filter(({ couldNotRun }) => couldNotRun !== undefined);
      const missing = asked - played.length;
      return [
        ...broken.map(({ title, couldNotRun }) => `COULD NOT RUN  ${service}: ${title}: ${couldNotRun}`),
        ...(missing > 0 ? [`NOT PLAYED  ${service}: ${missing} of ${asked} trials`] : []),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}
