import os from "node:os";
import { Command } from "commander";
import { outcomeCodes } from "../rehearsal/model";
import { progressOn } from "../rehearsal/progress";
import { ask } from "./kept/client";
import type { ReleaseAgain } from "./kept/releases";
import { saidUrls } from "./kept/urls";
import { commandName, endWith } from "./subcommand";

function readOptions(args: string[]): { service?: string } {
  return new Command(commandName("release"))
    .description(
      `Releases the working tree to staging of the local AWS that \`${commandName("rehearse --keep")}\` holds up, through its ` +
        "pipeline and under live traffic, and says what the clients saw. Production's pipeline then waits for approval.",
    )
    .option("--service <name>", "which one (default: the first that was rehearsed)")
    .addHelpText("after", "\nExit codes: 0 it is safe, 1 it is not, 2 it could not run, or was not judged.")
    .exitOverride(endWith)
    .parse(args, { from: "user" })
    .opts<{ service?: string }>();
}

export async function run(args: string[]): Promise<number> {
  const options = readOptions(args);
  const progress = progressOn();
  // That it has gone, the local AWS learns from the connection.
  const stop = (signal: NodeJS.Signals) => {
    progress.close();
    process.stderr.write(`\ngreenroom: ${signal}: the pipeline ends what it is at, and goes no further\n`);
    process.exit(128 + os.constants.signals[signal]);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  try {
    const released = await ask("release", options, progress);
    progress.close();
    process.stdout.write(said(released));
    return codeOf(released);
  } finally {
    progress.close();
  }
}

export const codeOf = ({ verdict: { outcome } }: Pick<ReleaseAgain, "verdict">): number =>
  outcome === "safe"
    ? outcomeCodes.asExpected
    : outcome === "not judged"
      ? outcomeCodes.couldNotRun
      : outcomeCodes.notAsExpected;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** The verdict, for people. */
export function said({ verdict, timeline, wallMs, urls, notReleased, otherServices }: ReleaseAgain): string {
  const { service, environment, version, outcome, reason, claims } = verdict;
  const lines = [
    "",
    `${outcome.toUpperCase()}  ${service} ${version} in ${environment} (${seconds(wallMs)} here)`,
    `  ${reason}`,
  ];
  if (outcome !== "safe")
    for (const { claim, evidence } of claims.filter(({ holds }) => !holds))
      lines.push(`  not so: ${claim} (${evidence})`);
  lines.push(
    `  pipeline ${timeline.status}, ${Math.round(timeline.predictedAwsMs / 60_000)} min as it would be on AWS`,
    `  ${saidUrls(urls)}`,
  );
  if (notReleased.length > 0)
    lines.push(
      "",
      `NOT RELEASED: ${notReleased.join(", ")}`,
      `  These are the stacks': end the kept local AWS, and start it again with ${commandName("rehearse --keep")}.`,
    );
  for (const name of otherServices)
    lines.push(
      "",
      `NOT RELEASED: ${name}, which has changed, too: ${commandName(`release --service ${name}`)}`,
    );
  return `${lines.join("\n")}\n\n`;
}
