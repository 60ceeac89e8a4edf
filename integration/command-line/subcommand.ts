import { outcomeCodes } from "../rehearsal/model";

/** What a subcommand's file exports. */
export interface Subcommand {
  /** Runs it with what comes after its name, and gives the exit code. */
  run(args: string[]): Promise<number>;
}

/** A line in the list of subcommands. */
export interface Listed {
  name: string;
  /** What it does, in a line of `npx greenroom --help`. */
  summary: string;
}

/** How subcommands are called in what they say of themselves. */
export const commandName = (name: string) => `npx greenroom ${name}`;

/** For commander's `exitOverride`: its own code for a wrong option is 1, which here is a verdict. */
export const endWith = (error: { exitCode: number }): never =>
  process.exit(error.exitCode === 0 ? outcomeCodes.asExpected : outcomeCodes.couldNotRun);
