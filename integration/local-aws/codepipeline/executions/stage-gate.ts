import type { ExecutionMode, TransitionState } from "@aws-sdk/client-codepipeline";

export type Entry = "entered" | "superseded" | "stopped";

/** What comes to a stage: an execution, and its place among those of its pipeline. */
interface Comer {
  sequence: number;
  declaration: { executionMode?: ExecutionMode };
}

interface Waiting<Execution> {
  execution: Execution;
  mode: ExecutionMode;
  decide: (entry: Entry) => void;
}

/**
 * The entry of a stage. Except in PARALLEL mode one execution is in a stage at a time, and the others wait: in
 * QUEUED mode in their order, in SUPERSEDED mode only the newest of them, which supersedes the others. While the
 * transition is disabled nobody enters.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
 */
export class StageGate<Execution extends Comer> {
  transition: TransitionState = { enabled: true };
  /** The execution that was the last to enter. */
  latest?: Execution;
  private inside?: Execution;
  private queue: Waiting<Execution>[] = [];

  get waiting(): Execution[] {
    return this.queue.map(({ execution }) => execution);
  }

  enter(execution: Execution): Promise<Entry> {
    const mode = execution.declaration.executionMode ?? "SUPERSEDED";
    return new Promise((decide) => {
      this.queue.push({ execution, mode, decide });
      if (mode === "SUPERSEDED") {
        const newest = Math.max(...this.queue.map((waiting) => waiting.execution.sequence));
        for (const waiting of this.queue) {
          if (waiting.execution.sequence < newest) this.remove(waiting.execution, "superseded");
        }
      }
      this.admit();
    });
  }

  leave(execution: Execution): void {
    if (this.inside === execution) this.inside = undefined;
    this.admit();
  }

  /** Takes an execution out of the queue. False when it is not waiting here. */
  remove(execution: Execution, entry: Entry): boolean {
    const waiting = this.queue.find((one) => one.execution === execution);
    this.queue = this.queue.filter((one) => one !== waiting);
    waiting?.decide(entry);
    return waiting !== undefined;
  }

  setTransition(transition: TransitionState): void {
    this.transition = transition;
    this.admit();
  }

  private admit(): void {
    while (this.transition.enabled) {
      const next = this.queue[0];
      if (!next || (next.mode !== "PARALLEL" && this.inside)) return;
      if (next.mode !== "PARALLEL") this.inside = next.execution;
      this.latest = next.execution;
      this.remove(next.execution, "entered");
    }
  }
}
