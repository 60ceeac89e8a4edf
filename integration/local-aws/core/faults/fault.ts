/** A fault that any service can have, in any language: nothing of its source says so. Shares are between 0 and 1. */
export type Fault =
  | { kind: "5xx"; share: number }
  | { kind: "4xx"; share: number }
  | { kind: "wrong bodies"; share: number }
  | { kind: "latency"; share: number; wallMs: number }
  | { kind: "reset"; share: number }
  | { kind: "slow start"; seconds: number }
  | { kind: "never healthy" }
  | { kind: "down"; afterSeconds: number }
  | { kind: "exit"; afterSeconds: number }
  | { kind: "out of memory" }
  | { kind: "ignores SIGTERM" };

export type FaultOf<K extends Fault["kind"]> = Extract<Fault, { kind: K }>;

/**
 * What a request meets at the door of a task, between the load balancer and the task. The health checks of the load
 * balancer come through the same door, as in reality: they meet the same share of the same effects.
 */
export type DoorEffect =
  /** The task answers with this status; its program does not see the request. */
  | { do: "answer"; status: number }
  /** The program's answer, with another body. */
  | { do: "spoil" }
  /** The request waits for this long, in wall time: requests really run. */
  | { do: "delay"; wallMs: number }
  /** The connection is accepted, and reset when the request has come. */
  | { do: "reset" }
  /** Nothing listens. */
  | { do: "refuse" };

/** What becomes of a container, by the runtime that runs it. Times are AWS time from its start. */
export type ContainerEffect =
  | { do: "exit"; afterMs: number }
  | { do: "limit memory"; memoryMiB: number }
  | { do: "ignore stop signal" }
  /** The container's own health check, where it has one. */
  | { do: "fail health checks"; afterMs: number };

/** What comes to a door, and how old the task is, in AWS time. */
export interface Visit {
  isHealthCheck: boolean;
  ageMs: number;
}

/** One kind of fault. A new one is a file with one of these, and a line in the list. */
export interface FaultKind<F extends Fault> {
  kind: F["kind"];
  /** How it is written. */
  example: string;
  /** A line for people. */
  help: string;
  /** Undefined when the text is about something else. */
  read(text: string): F | undefined;
  /** What a visit meets that the fault's share has chosen; undefined: nothing. */
  door?(fault: F, visit: Visit): DoorEffect | undefined;
  container?(fault: F): ContainerEffect;
}
