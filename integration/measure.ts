// What the benchmarks have in common.
import os from "node:os";
import { InvalidArgumentError } from "commander";

/** A time for people. */
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export interface Spread {
  min: number;
  /** Of an odd number the one in the middle, else the mean of the two. */
  median: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  };
}

export type Machine = ReturnType<typeof machineWith>;

/** Where it was measured. @param loadBefore how busy the machine was beforehand */
export const machineWith = (loadBefore: number) => ({
  cores: os.availableParallelism(),
  processor: os.cpus()[0]?.model ?? "unknown",
  system: `${process.platform} ${process.arch}`,
  node: process.versions.node,
  loadBefore,
});

/** The machine for people. */
export const machineLine = ({ cores, processor, system, node, loadBefore }: Machine): string =>
  `Machine: ${cores} cores (${processor}), load ${loadBefore.toFixed(1)} beforehand, Node.js ${node}, ${system}`;

/** How busy the machine is: processes that run or want to, over the last minute. */
export const loadNow = (): number => os.loadavg()[0] ?? 0;

/** An option of the command line: how often something is measured. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100)
    throw new InvalidArgumentError("It must be a whole number from 1 to 100.");
  return value;
}

/** Measures, and gives the exit code: 2 when that was not possible. A signal aborts it, and it cleans up. */
export async function measure(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stopping = new AbortController();
  let stopped: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      process.stderr.write(`\ngreenroom: ${signal}: cleaning up …\n`);
      stopped ??= signal;
      stopping.abort();
    });
  try {
    return await work(stopping.signal);
  } catch (error) {
    if (stopped) return 128 + os.constants.signals[stopped];
    process.stderr.write(`greenroom: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}
