import { randomUUID } from "node:crypto";
import type { ExecutionTrigger, SourceRevisionOverride, StageRetryMode } from "@aws-sdk/client-codepipeline";
import type { Services } from "../actions/action";
import { currentDeclaration, type Execution, type Pipeline } from "../model";
import { runStage } from "./run-stage";
import { StageGate } from "./stage-gate";
import { setActionStatus, setExecutionStatus } from "./status";

export interface Start {
  trigger: ExecutionTrigger;
  variables: Record<string, string>;
  sourceRevisions?: readonly SourceRevisionOverride[];
  branch?: string;
}

/**
 * The executions that run: each goes through the stages of its pipeline, one after the other.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
 */
export class PipelineExecutions {
  private readonly running = new Set<Promise<void>>();
  private closed = false;

  constructor(private readonly services: Services) {}

  start(pipeline: Pipeline, { trigger, variables, sourceRevisions = [], branch }: Start): Execution {
    const { aws } = this.services;
    const now = aws.clock.now();
    const id = randomUUID();
    const execution: Execution = {
      id,
      pipeline,
      sequence: pipeline.executions.length,
      declaration: currentDeclaration(pipeline),
      status: "InProgress",
      startTime: now,
      lastUpdateTime: now,
      trigger,
      variables,
      sourceRevisions,
      branch,
      namespaces: new Map([
        ["variables", variables],
        ["codepipeline", { PipelineExecutionId: id }],
      ]),
      artifacts: new Map(),
      stages: [],
      abandon: new AbortController(),
    };
    pipeline.executions.push(execution);
    setExecutionStatus(aws, execution, "InProgress");
    this.keep(pipeline, execution, this.run(pipeline, execution, 0));
    return execution;
  }

  /** Runs the failed stage again, then the stages after it. */
  retry(pipeline: Pipeline, execution: Execution, stage: string, mode: StageRetryMode): void {
    const index = execution.declaration.stages?.findIndex(({ name }) => name === stage) ?? -1;
    setExecutionStatus(this.services.aws, execution, "InProgress", true);
    execution.abandon = new AbortController();
    this.keep(pipeline, execution, this.run(pipeline, execution, index, mode));
  }

  /** Stops after the actions that run, or abandons them. */
  stop(
    pipeline: Pipeline,
    execution: Execution,
    { abandon, reason }: { abandon: boolean; reason?: string },
  ): void {
    const { aws } = this.services;
    execution.stopReason = reason;
    if (execution.status !== "Stopping") setExecutionStatus(aws, execution, "Stopping");
    const waited = [...pipeline.gates.values()].some((gate) => gate.remove(execution, "stopped"));
    if (!abandon || waited) return;
    for (const run of execution.stages.flatMap(({ runs }) => runs)) {
      if (run.status === "InProgress") setActionStatus(aws, execution, run, "Abandoned");
    }
    execution.abandon.abort();
  }

  /** Abandons whatever runs, for a pipeline that is deleted. */
  drop(pipeline: Pipeline): void {
    for (const execution of pipeline.executions) {
      for (const gate of pipeline.gates.values()) gate.remove(execution, "stopped");
      execution.abandon.abort();
    }
  }

  async close(pipelines: Iterable<Pipeline>): Promise<void> {
    this.closed = true;
    for (const pipeline of pipelines) this.drop(pipeline);
    await Promise.allSettled([...this.running]);
  }

  gate(pipeline: Pipeline, stage: string): StageGate<Execution> {
    let gate = pipeline.gates.get(stage);
    if (!gate) pipeline.gates.set(stage, (gate = new StageGate()));
    return gate;
  }

  private keep(pipeline: Pipeline, execution: Execution, work: Promise<void>): void {
    const kept = work
      .catch((error: unknown) => {
        execution.statusSummary = String(error);
        setExecutionStatus(this.services.aws, execution, "Failed");
        this.services.aws.warn(`pipeline ${pipeline.arn} broke down: ${String(error)}`);
      })
      .finally(() => this.running.delete(kept));
    this.running.add(kept);
  }

  private async run(
    pipeline: Pipeline,
    execution: Execution,
    from: number,
    retry?: StageRetryMode,
  ): Promise<void> {
    const end = (status: "Succeeded" | "Failed" | "Stopped" | "Superseded") =>
      setExecutionStatus(this.services.aws, execution, status);
    const stopping = () => execution.status === "Stopping" || this.closed;
    for (const [index, stage] of (execution.declaration.stages ?? []).entries()) {
      if (index < from) continue;
      if (execution.status === "Stopping") return end("Stopped");
      const gate = this.gate(pipeline, stage.name ?? "");
      const entry = await gate.enter(execution);
      if (entry !== "entered") return end(entry === "superseded" ? "Superseded" : "Stopped");
      try {
        const again = index === from ? retry : undefined;
        const status = await runStage(this.services, execution, stage, again, stopping);
        if (status !== "Succeeded") return end(status === "Stopped" ? "Stopped" : "Failed");
      } finally {
        gate.leave(execution);
      }
    }
    end("Succeeded");
  }
}
