import os from "node:os";
import { bringUp, type BringUpOptions, type BroughtUp } from "../rehearsal/bring-up";
import { outcomeCodes } from "../rehearsal/model";
import { progressOn, type Progress } from "../rehearsal/progress";

/** A local AWS that is up for as long as some work goes on. */
export interface Held {
  broughtUp: BroughtUp;
  progress: Progress;
  /** Never resolves when it was stopped from outside: what it was stopped in is no result. */
  unlessStopped(): Promise<void>;
  /** Does this before the local AWS is closed, however the work ends. */
  atEnd(close: () => unknown): void;
}

const never = () => new Promise<never>(() => undefined);

/** Brings the local AWS up, does `work`, and leaves nothing behind, whatever ends it. Gives the exit code. */
export async function holdLocalAws(
  options: Omit<BringUpOptions, "progress" | "signal">,
  work: (held: Held) => Promise<number>,
): Promise<number> {
  const progress = progressOn();
  const stopping = new AbortController();
  const { signal } = stopping;
  const closers: (() => unknown)[] = [];
  const bringing = bringUp({ ...options, progress, signal });
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
    // What could not be brought up has cleaned up after itself.
    await bringing.then((broughtUp) => broughtUp.close()).catch(() => undefined);
  };
  const end = (why: string, code: number) => {
    // A signal to the whole group comes twice: once more from whoever started this.
    if (signal.aborted) return;
    stopping.abort();
    progress.close();
    process.stderr.write(`\ngreenroom: ${why}: cleaning up …\n`);
    void close().then(() => process.exit(code));
  };
  const stop = (name: NodeJS.Signals) => end(name, 128 + os.constants.signals[name]);
  // Node.js would leave everything behind, with the exit code of a verdict.
  process.on("uncaughtException", (error) => end(error.stack ?? error.message, outcomeCodes.couldNotRun));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, stop);
  // Nobody reads what this says any more, as with `| head`.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => stop("SIGPIPE"));
  try {
    return await work({
      broughtUp: await bringing,
      progress,
      unlessStopped: async () => (signal.aborted ? never() : undefined),
      atEnd: (one) => void closers.push(one),
    });
  } catch (error) {
    // Whoever stopped it has been answered already.
    if (signal.aborted) await never();
    progress.close();
    process.stderr.write(`greenroom: ${error instanceof Error ? error.message : String(error)}\n`);
    return outcomeCodes.couldNotRun;
  } finally {
    await close();
  }
}
