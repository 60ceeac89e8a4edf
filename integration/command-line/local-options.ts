import { InvalidArgumentError, Option, type Command } from "commander";
import { localStackImage, parseBase } from "../local-aws/base";
import { runtimeNames, type RuntimeName } from "../local-aws/containers/choose";
import { engineMissing } from "../provision/engine";
import type { BringUpOptions } from "../rehearsal/bring-up";
import { PlanError } from "../rehearsal/plan";
import { usualRatePerSecond, usualSpeed } from "../rehearsal/pace";

/** Options of every subcommand that brings a local AWS up. */
export interface LocalOptions {
  speed: number;
  rate: number;
  port?: number;
  base: string;
  localstackImage?: string;
  localstackDockerSocket?: boolean;
  containers?: RuntimeName;
  rooms?: boolean;
  engine?: boolean;
}

/** Takes a number in a range. */
const number = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most)) {
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  }
  return value;
};

/** Takes a whole number in a range. */
export const whole = (least: number, most: number) => (text: string) => {
  const value = number(least, most)(text);
  if (!Number.isInteger(value))
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
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

/** Adds them to a command. */
export const withLocalOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--speed <factor>",
        "how many times as fast as on AWS waits are at most; where evidence is gathered, they are slower",
      )
        .argParser(number(1, 1000))
        .default(usualSpeed),
    )
    .addOption(
      new Option(
        "--rate <requests>",
        "requests a second of wall time to each environment on average; most go where something is deployed",
      )
        .argParser(number(1, 2000))
        .default(usualRatePerSecond),
    )
    .addOption(
      new Option(
        "--port <port>",
        "port of the local AWS on 127.0.0.1; 0 takes a free one (default: 4566, or a free one when that is taken)",
      ).argParser(whole(0, 65535)),
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
    .option("--no-rooms", "builds and tasks without walls, also where this machine has them")
    .option("--engine", "bring the stacks up with the real Pulumi engine: needs pulumi on PATH, and minutes");

/** What they say. @throws {PlanError} when there is no engine */
export function bringUpOptions(
  options: LocalOptions,
  token: string | undefined,
): Omit<BringUpOptions, "progress" | "signal"> {
  const { speed, port, engine, containers, rooms, localstackImage: image, localstackDockerSocket } = options;
  const missing = engine ? engineMissing() : undefined;
  if (missing) throw new PlanError(`--engine: ${missing}; or leave --engine out`);
  const base = parseBase(options.base, { image, withDockerSocket: localstackDockerSocket });
  return { speed, port, engine, base, token, containers, rooms };
}
