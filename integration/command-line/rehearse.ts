import path from "node:path";
import { Command, Option } from "commander";
import { root, takeToken } from "../checkout";
import type { LocalAws } from "../local-aws/local-aws";
import { exitCode } from "../rehearsal/model";
import { summary, writeReport } from "../rehearsal/report";
import { checkRuns, prepare } from "../rehearsal/prepare";
import { runScenarios } from "../rehearsal/run";
import { knownScenarios } from "../rehearsal/scenarios";
import { holdLocalAws } from "./hold";
import { keep } from "./kept/keep";
import { bringUpOptions, withLocalOptions, type LocalOptions } from "./local-options";
import { commandName, endWith } from "./subcommand";

interface Options extends LocalOptions {
  service?: string[];
  all?: boolean;
  scenario?: string[];
  fault?: string;
  report: string;
  keep?: boolean;
}

function readOptions(args: string[]): Options {
  const scenarios = knownScenarios();
  const ids = scenarios.map(({ id }) => id);
  const command = new Command(commandName("rehearse"))
    .description(
      "Rehearses releases: brings the staging and prod stacks up on a local AWS, releases services through their pipelines " +
        "under live traffic, and says what the clients saw. `npm start` is the same.",
    )
    .addOption(
      new Option(
        "--service <name...>",
        "which services' releases to rehearse (default: the first of each kind in infra/services.ts)",
      ).conflicts("all"),
    )
    .option("--all", "rehearse every service")
    .addOption(
      new Option("--scenario <id...>", "what to rehearse, in this order; or all")
        .choices([...ids, "all"])
        .env("GREENROOM_SCENARIO")
        .default(undefined, "good-release and every incident that is always played"),
    )
    .option(
      "--fault <fault>",
      'a generic fault of the candidate in production, e.g. "5xx 5%": must not be safe',
    );
  withLocalOptions(command)
    .addOption(new Option("--report <folder>", "where the report goes").default(".greenroom/report"))
    .option("--keep", "leave the local AWS up afterwards, until Ctrl-C")
    .addHelpText(
      "after",
      `\nScenarios:\n${scenarios.map(({ id, title }) => `  ${id.padEnd(18)} ${title}`).join("\n")}\n\n` +
        "LocalStack's token is taken from LOCALSTACK_AUTH_TOKEN.\n\n" +
        "Exit codes: 0 everything went as expected, 1 it did not, 2 it could not run, or a pipeline that was asked for was not judged or not rehearsed.",
    )
    .exitOverride(endWith);
  return command.parse(args, { from: "user" }).opts<Options>();
}

export async function run(args: string[]): Promise<number> {
  const token = takeToken();
  const options = readOptions(args);
  const bringUp = bringUpOptions(options, token);
  const prepared = await prepare({
    services: options.service,
    all: options.all,
    scenarios: options.scenario,
    fault: options.fault,
  });
  const { rehearsed, standing } = prepared.plan;
  const check = (local: LocalAws) => checkRuns(prepared, local);
  return holdLocalAws({ ...bringUp, services: [...standing, ...rehearsed], check }, async (held) => {
    const { broughtUp, progress } = held;
    const result = await runScenarios({ broughtUp, prepared, ratePerSecond: options.rate, progress });
    await held.unlessStopped();
    const files = await writeReport(result, path.resolve(root, options.report));
    progress.close();
    process.stdout.write(summary(result, files.html));
    if (options.keep)
      await keep(held, {
        services: prepared.plan.rehearsed,
        ratePerSecond: options.rate,
        tree: prepared.tree,
      });
    return exitCode(result);
  });
}
