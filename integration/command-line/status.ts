import { Command } from "commander";
import { outcomeCodes } from "../rehearsal/model";
import { progressOn } from "../rehearsal/progress";
import { ask } from "./kept/client";
import type { ServiceStanding, Standing } from "./kept/standing";
import { saidUrls } from "./kept/urls";
import { commandName, endWith } from "./subcommand";

export async function run(args: string[]): Promise<number> {
  new Command(commandName("status"))
    .description(
      `Says what the local AWS holds that \`${commandName("rehearse --keep")}\` holds up: each service's address, who answers ` +
        "there, and how far its pipelines are.",
    )
    .exitOverride(endWith)
    .parse(args, { from: "user" });
  const progress = progressOn();
  try {
    const standing = await ask("status", {}, progress);
    progress.close();
    process.stdout.write(said(standing));
    return outcomeCodes.asExpected;
  } finally {
    progress.close();
  }
}

/** For people. */
export const said = ({ endpoint, services }: Standing): string =>
  [`The local AWS is at ${endpoint}`, ...services.map(saidOf), ""].join("\n");

function saidOf({ service, environment, urls, versions, pipeline }: ServiceStanding): string {
  const sum = versions.reduce((count, [, answers]) => count + answers, 0);
  const share = (answers: number) => (answers === sum ? "" : ` (${answers} of ${sum} answers)`);
  const live = versions.map(([version, answers]) => `${version || "nobody"}${share(answers)}`).join(", ");
  const stages = pipeline.stages.map(
    ({ stage, status, why }) =>
      `    ${stage.padEnd(17)} ${status}${why === undefined ? "" : `: ${why.split("\n")[0]}`}`,
  );
  return [
    "",
    `${service} in ${environment}: ${live}`,
    `  ${saidUrls(urls)}`,
    `  ${pipeline.name}${stages.length > 0 ? "" : ": nothing has been through it"}`,
    ...stages,
  ].join("\n");
}
