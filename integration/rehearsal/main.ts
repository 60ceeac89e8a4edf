import os from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { root, takeToken } from "../checkout";
import { localStackImage, parseBase } from "../local-aws/base";
import { runtimeNames, type RuntimeName } from "../local-aws/containers/choose";
import { engineMissing } from "../provision/engine";
import { bringUp, type BroughtUp } from "./bring-up";
import { originOf } from "./environments";
import { exitCode, outcomeCodes } from "./model";
import { usualRatePerSecond, usualSpeed } from "./pace";
import { progressOn } from "./progress";
import { summary, writeReport } from "./report";
import { prepare, runScenarios } from "./run";
import { knownScenarios, usual } from "./scenarios";

interface Options {
  service?: string[];
  all?: boolean;
  scenario?: string[];
  fault?: string;
  speed: number;
  rate: number;
  port?: number;
  report: string;
  base: string;
  localstackImage?: string;
  localstackDockerSocket?: boolean;
  containers?: RuntimeName;
  engine?: boolean;
  keep?: boolean;
}

const number = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most)) {
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  }
  return value;
};

const checkedBase = (text: string) => {
  try {
    parseBase(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
};

function readOptions(): Options {
  const scenarios = knownScenarios();
  const ids = scenarios.map(({ id }) => id);
  const program = new Command("npm start --")
    .description(
      "Rehearses releases: brings the staging and prod stacks up on a local AWS, releases services through their pipelines " +
        "under live traffic, and says what the clients saw.",
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
        .default(undefined, usual.join(" ")),
    )
    .option(
      "--fault <fault>",
      'a generic fault of the candidate in production, e.g. "5xx 5%": must not be safe',
    )
    .addOption(
      new Option(
        "--speed <factor>",
        "how many times as fast as on AWS waits are at most; where evidence is gathered, they are slower",
      )
        .argParser(number(1, 1000))
        .default(usualSpeed),
    )
    .addOption(
      new Option("--rate <requests>", "requests a second of wall time to each environment")
        .argParser(number(1, 2000))
        .default(usualRatePerSecond),
    )
    .addOption(
      new Option(
        "--port <port>",
        "port of the local AWS on 127.0.0.1; 0 takes a free one (default: 4566, or a free one when that is taken)",
      ).argParser(number(0, 65535)),
    )
    .addOption(
      new Option(
        "--base <base>",
        "what is behind the local AWS: ministack, localstack (in Docker), or http://127.0.0.1:PORT of one that runs already",
      )
        .argParser(checkedBase)
        .default("ministack"),
    )
    .addOption(
      new Option("--localstack-image <image>", "with --base localstack: the image, which says the version")
        .env("GREENROOM_LOCALSTACK_IMAGE")
        .default(localStackImage),
    )
    .option(
      "--localstack-docker-socket",
      "with --base localstack: gives it the Docker socket, so that functions run in it; without, MiniStack runs them",
    )
    .addOption(
      new Option(
        "--containers <runtime>",
        "what runs builds and tasks (default: docker where its daemon answers and has the images, else process; docker pulls them)",
      )
        .choices(runtimeNames)
        .env("GREENROOM_CONTAINERS"),
    )
    .addOption(new Option("--report <folder>", "where the report goes").default(".greenroom/report"))
    .option("--engine", "bring the stacks up with the real Pulumi engine: needs pulumi on PATH, and minutes")
    .option("--keep", "leave the local AWS up afterwards, until Ctrl-C")
    .addHelpText(
      "after",
      `\nScenarios:\n${scenarios.map(({ id, title }) => `  ${id.padEnd(18)} ${title}`).join("\n")}\n\n` +
        "LocalStack's token is taken from LOCALSTACK_AUTH_TOKEN.\n\n" +
        "Exit codes: 0 everything went as expected, 1 it did not, 2 it could not run, or something was not judged or not rehearsed.",
    )
    // Commander's own code for a wrong option is 1, which here is a verdict.
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  return program.parse().opts<Options>();
}

async function main(): Promise<number> {
  const token = takeToken();
  const options = readOptions();
  const missing = options.engine ? engineMissing() : undefined;
  if (missing) {
    process.stderr.write(`greenroom: --engine: ${missing}; or leave --engine out\n`);
    return outcomeCodes.couldNotRun;
  }
  const prepared = await prepare({
    services: options.service,
    all: options.all,
    scenarios: options.scenario,
    fault: options.fault,
  });
  const progress = progressOn();
  const stopping = new AbortController();
  const { speed, port, engine, containers } = options;
  const base = parseBase(options.base, {
    image: options.localstackImage,
    withDockerSocket: options.localstackDockerSocket,
  });
  const bringing = bringUp({
    speed,
    port,
    engine,
    base,
    token,
    containers,
    progress,
    signal: stopping.signal,
  });
  // What could not be brought up has cleaned up after itself.
  const close = () => bringing.then((broughtUp) => broughtUp.close()).catch(() => undefined);
  const end = (why: string, code: number) => {
    // A signal to the whole group comes twice: once more from whoever started this.
    if (stopping.signal.aborted) return;
    stopping.abort();
    progress.close();
    process.stderr.write(`\ngreenroom: ${why}: cleaning up …\n`);
    void close().then(() => process.exit(code));
  };
  const stop = (signal: NodeJS.Signals) => end(signal, 128 + os.constants.signals[signal]);
  // Node.js would leave everything behind, with the exit code of a verdict.
  process.on("uncaughtException", (error) => end(error.stack ?? error.message, outcomeCodes.couldNotRun));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  // Nobody reads what this says any more, as with `| head`.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => stop("SIGPIPE"));
  try {
    const broughtUp = await bringing;
    const result = await runScenarios({
      broughtUp,
      prepared,
      ratePerSecond: options.rate,
      progress,
    });
    // What it was stopped in is no result.
    if (stopping.signal.aborted) await new Promise(() => undefined);
    const files = await writeReport(result, path.resolve(root, options.report));
    progress.close();
    process.stdout.write(summary(result, files.html));
    if (options.keep) await keep(broughtUp);
    return exitCode(result);
  } catch (error) {
    // Stopped from outside: whoever did it has been answered already.
    if (stopping.signal.aborted) await new Promise(() => undefined);
    progress.close();
    process.stderr.write(`greenroom: ${error instanceof Error ? error.message : String(error)}\n`);
    return outcomeCodes.couldNotRun;
  } finally {
    await close();
  }
}

/** Leaves the local AWS up until Ctrl-C, and says how to reach it. */
async function keep({ local, environments }: BroughtUp): Promise<void> {
  for (const { name, identity, services } of Object.values(environments)) {
    for (const [service, handle] of Object.entries(services))
      process.stdout.write(`\n# ${service} in ${name}: ${originOf(local, handle)}`);
    process.stdout.write(
      `\n# ${name}\nexport AWS_ENDPOINT_URL=${local.aws.endpoint} AWS_REGION=${identity.region} AWS_DEFAULT_REGION=${identity.region}` +
        ` AWS_ACCESS_KEY_ID=${identity.credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${identity.credentials.secretAccessKey}\n`,
    );
  }
  process.stderr.write("\ngreenroom: the local AWS stays up; Ctrl-C ends it\n");
  await local.failed;
}

void main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`greenroom: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(outcomeCodes.couldNotRun);
  },
);
