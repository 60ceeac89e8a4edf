import { performance } from "node:perf_hooks";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { resolveOptions, type ClientOptions } from "./options";
import type { Outcome, Recording } from "./recording";

export type { ClientOptions, RequestTemplate } from "./options";
export type { Outcome, Recording } from "./recording";

/** Requests by the version that answered ("" for none) and by how they ended. */
export type Counts = Record<string, Partial<Record<Outcome, number>>>;

/** What ended within about 100 ms of wall time. */
export interface Window {
  /** Wall clock, epoch milliseconds. */
  from: number;
  to: number;
  sent: number;
  inFlight: number;
  counts: Counts;
  /** Wall milliseconds from the due times; absent when nothing ended. */
  p50Ms?: number;
  p99Ms?: number;
}

export interface Snapshot {
  sent: number;
  lateSends: number;
  maxLateMs: number;
  /** Everything that has ended since the start. */
  total: Counts;
  window: Window;
}

export interface Clients {
  readonly name: string;
  /** The latest figures; undefined in the first 100 ms. */
  snapshot(): Snapshot | undefined;
  /** Calls back after each window of about 100 ms, until the clients have stopped. */
  onWindow(callback: (snapshot: Snapshot) => void): void;
  /** Requests a second of wall time from now on. */
  setRate(ratePerSecond: number): void;
  /** Notes a moment in the recording. */
  mark(label: string): void;
  /**
   * Sends no more, waits until each request in flight has ended or timed out, and gives the recording. Calling it
   * again gives the same one. Rejects when the clients' thread has failed: then nothing is known about the traffic.
   */
  stop(): Promise<Recording>;
}

export type ToWorker = "stop" | { ratePerSecond: number };
export interface FromWorker {
  started?: true;
  snapshot?: Snapshot;
  recording?: Recording;
}

/** How long a thread may take beyond the requests' own timeouts until it is given up. */
const graceMs = 5000;

/**
 * Starts clients in a thread of their own, sending at a constant rate. Resolves when they send. Rejects for
 * options that no request could be sent with, naming the option.
 */
export async function startClients(options: ClientOptions): Promise<Clients> {
  const resolved = resolveOptions(options);
  const worker = new Worker(join(__dirname, "worker.ts"), {
    workerData: resolved,
    execArgv: ["--require", require.resolve("tsx/cjs")],
    name: `clients of ${options.name}`,
  });
  const marks: Recording["marks"] = [];
  const callbacks: ((snapshot: Snapshot) => void)[] = [];
  let latest: Snapshot | undefined;
  let stopped: Promise<Recording> | undefined;

  const failed = new Promise<never>((_, reject) => {
    const fail = (why: string) => reject(new Error(`the clients of ${options.name} failed: ${why}`));
    worker.once("error", (error) =>
      fail(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    worker.once("exit", (code) => fail(`their thread ended with code ${code}`));
  });
  // Whoever waits for the start or the recording hears of it; a failure in between waits until then.
  failed.catch(() => undefined);
  const started = new Promise<void>((resolve) => {
    worker.on("message", (message: FromWorker) => {
      if (message.started) resolve();
      if (!message.snapshot) return;
      latest = message.snapshot;
      for (const callback of callbacks) callback(latest);
    });
  });
  await Promise.race([started, failed]);

  async function stop(): Promise<Recording> {
    const recording = new Promise<Recording>((resolve) => {
      worker.on("message", (message: FromWorker) => {
        if (message.recording) resolve(message.recording);
      });
    });
    worker.postMessage("stop" satisfies ToWorker);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`the clients of ${options.name} did not hand over their recording`);
      timer = setTimeout(() => reject(error), resolved.timeoutMs + graceMs);
    });
    try {
      return { ...(await Promise.race([recording, failed, late])), marks };
    } finally {
      clearTimeout(timer);
      await worker.terminate();
    }
  }

  return {
    name: options.name,
    snapshot: () => latest,
    onWindow: (callback) => void callbacks.push(callback),
    setRate: (ratePerSecond) => worker.postMessage({ ratePerSecond } satisfies ToWorker),
    mark: (label) => void marks.push({ label, at: performance.timeOrigin + performance.now() }),
    stop: () => (stopped ??= stop()),
  };
}
