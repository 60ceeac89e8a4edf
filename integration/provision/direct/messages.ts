/** What a stack's process is told to do. */
export interface Task {
  stack: string;
  /** Where Pulumi.yaml is. */
  folder: string;
  endpoint: string;
  /** The account that the stack's credentials are of; undefined: the one in `aws:allowedAccountIds`. */
  account?: string;
}

/** The first message to a stack's process. */
export interface Order {
  task: Task;
  /** JavaScript by the name of the TypeScript file that it is of. */
  code: Record<string, string>;
  /** Which of them runs the task. */
  child: string;
}

/** Something that went wrong, with the resource that it went wrong at, if any. */
export interface Failure {
  type?: string;
  name?: string;
  message: string;
  /** Where in the program; in the compiled JavaScript, lines and columns counted from 1. */
  at?: { file: string; line: number; column: number };
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
