import type { Failure } from "../process/messages";

/** What a stack's process is told to do. */
export interface Task {
  stack: string;
  /** Where Pulumi.yaml is. */
  folder: string;
  endpoint: string;
  /** The account that the stack's credentials are of; undefined: the one in `aws:allowedAccountIds`. */
  account?: string;
  /** Laid over the stack file, by full key. */
  config?: Record<string, unknown>;
}

/** How long the parts took, in wall milliseconds. */
export interface Timing {
  /** From the start of the process until the program begins to load. */
  startMs: number;
  /** Loading and evaluating the program. */
  loadMs: number;
  /** From then until the last resource was there. */
  createMs: number;
}

/** What a stack's process says. */
export type Message =
  | { kind: "created"; type: string; name: string; count: number }
  | { kind: "done"; outputs: Record<string, unknown>; resources: number; timing: Timing }
  | { kind: "failed"; failures: Failure[] };
