import { randomUUID } from "node:crypto";
import type {
  ActionDeclaration,
  ExecutionTrigger,
  PipelineExecutionStatus,
  SourceRevisionOverride,
  StageExecutionStatus,
  StageRetryMode,
} from "@aws-sdk/client-codepipeline";
import { actionType } from "../action-types";
import { ActionFailure, type Services } from "../actions/action";
import { placeArtifact } from "../artifact-store";
import {
  artifactStoreOf,
  currentDeclaration,
  type ActionRun,
  type Execution,
  type Pipeline,
  type StageRun,
  type StoredArtifact,
} from "../model";
import { StageGate } from "./stage-gate";
import { StateEvents } from "./state-events";
import { resolveConfiguration, UnresolvedVariable } from "../variables";

export interface Start {
  trigger: ExecutionTrigger;
  variables: Record<string, string>;
  sourceRevisions?: readonly SourceRevisionOverride[];
  branch?: string;
}

/**
 * Runs executions: stage after stage, in a stage the actions by run order, those of the same order at once.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
 */
export class PipelineExecutions {
  private readonly running = new Set<Promise<void>>();
  private closed = false;
  private readonly events: StateEvents;

  constructor(private readonly services: Services) {
    this.events = new StateEvents(services.aws);
  }

  start(pipeline: Pipeline, { trigger, variables, sourceRevisions = [], branch }: Start): Execution {
    const now = this.now();
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
    this.events.execution(execution);
    this.keep(pipeline, execution, this.run(pipeline, execution, 0));
    return execution;
  }

  /** Runs the failed stage again, then the stages after it. */
  retry(pipeline: Pipeline, execution: Execution, stage: string, mode: StageRetryMode): void {
    const index = execution.declaration.stages?.findIndex(({ name }) => name === stage) ?? -1;
    execution.status = "InProgress";
    execution.lastUpdateTime = this.now();
    this.events.execution(execution, true);
    execution.abandon = new AbortController();
    this.keep(pipeline, execution, this.run(pipeline, execution, index, mode));
  }

  /** Stops after the actions that run, or abandons them. */
  stop(
    pipeline: Pipeline,
    execution: Execution,
    { abandon, reason }: { abandon: boolean; reason?: string },
  ): void {
    execution.stopReason = reason;
    this.update(execution, "Stopping");
    const waited = [...pipeline.gates.values()].some((gate) => gate.remove(execution, "stopped"));
    if (!abandon || waited) return;
    for (const run of execution.stages.flatMap(({ runs }) => runs)) {
      if (run.status === "InProgress") this.end(execution, run, "Abandoned");
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

  gate(pipeline: Pipeline, stage: string): StageGate {
    let gate = pipeline.gates.get(stage);
    if (!gate) pipeline.gates.set(stage, (gate = new StageGate()));
    return gate;
  }

  private keep(pipeline: Pipeline, execution: Execution, work: Promise<void>): void {
    const kept = work
      .catch((error: unknown) => {
        this.update(execution, "Failed");
        execution.statusSummary = String(error);
        this.services.aws.warn(`pipeline ${pipeline.arn} broke down: ${String(error)}`);
      })
      .finally(() => this.running.delete(kept));
    this.running.add(kept);
  }

  private async run(pipeline: Pipeline, execution: Execution, from: number, retry?: StageRetryMode) {
    const stages = execution.declaration.stages ?? [];
    for (const [index, stage] of stages.entries()) {
      if (index < from) continue;
      const { name = "", actions = [] } = stage;
      const gate = this.gate(pipeline, name);
      if (execution.status === "Stopping") return this.update(execution, "Stopped");
      const entry = await gate.enter(execution);
      if (entry !== "entered")
        return this.update(execution, entry === "superseded" ? "Superseded" : "Stopped");
      try {
        const status = await this.runStage(
          pipeline,
          execution,
          name,
          actions,
          index === from ? retry : undefined,
        );
        if (status !== "Succeeded")
          return this.update(execution, status === "Stopped" ? "Stopped" : "Failed");
      } finally {
        gate.leave(execution);
      }
    }
    this.update(execution, "Succeeded");
  }

  private async runStage(
    pipeline: Pipeline,
    execution: Execution,
    name: string,
    actions: readonly ActionDeclaration[],
    retry: StageRetryMode | undefined,
  ): Promise<StageExecutionStatus> {
    let stage = execution.stages.find((one) => one.name === name);
    if (!stage) execution.stages.push((stage = { name, status: "InProgress", runs: [] }));
    stage.status = "InProgress";
    this.events.stage(execution, name, "InProgress", retry !== undefined);
    this.update(execution, execution.status);
    const earlier = stage.runs;
    const done = (action: ActionDeclaration) =>
      retry === "FAILED_ACTIONS" &&
      earlier.findLast((run) => run.declaration.name === action.name)?.status === "Succeeded";
    const orders = [...new Set(actions.map(({ runOrder = 1 }) => runOrder))].sort((a, b) => a - b);
    for (const order of orders) {
      const due = actions.filter((action) => (action.runOrder ?? 1) === order && !done(action));
      const runs = await Promise.all(due.map((action) => this.runAction(pipeline, execution, name, action)));
      if (execution.status === "Stopping" || this.closed) return this.endStage(execution, stage, "Stopped");
      if (runs.some(({ status }) => status !== "Succeeded")) return this.endStage(execution, stage, "Failed");
    }
    return this.endStage(execution, stage, "Succeeded");
  }

  private async runAction(
    pipeline: Pipeline,
    execution: Execution,
    stage: string,
    declaration: ActionDeclaration,
  ): Promise<ActionRun> {
    const now = this.now();
    const { name: pipelineName = "", roleArn: pipelineRole = "", version = 1 } = execution.declaration;
    const store = artifactStoreOf(execution.declaration, pipeline.region);
    const { signal } = execution.abandon;
    const run: ActionRun = {
      id: randomUUID(),
      executionId: execution.id,
      pipelineVersion: version,
      stage,
      declaration,
      roleArn: declaration.roleArn ?? pipelineRole,
      region: pipeline.region,
      status: "InProgress",
      startTime: now,
      lastUpdateTime: now,
      resolvedConfiguration: {},
      inputs: [],
      outputs: [],
      outputVariables: {},
    };
    execution.stages.find(({ name }) => name === stage)?.runs.push(run);
    this.events.action(execution, run);
    try {
      run.inputs = (declaration.inputArtifacts ?? []).map(({ name = "" }) => inputArtifact(execution, name));
      run.resolvedConfiguration = resolveConfiguration(declaration.configuration ?? {}, execution.namespaces);
      const outputs = (declaration.outputArtifacts ?? []).map(({ name = "" }) =>
        placeArtifact(store.location, pipelineName, name),
      );
      const type = actionType(declaration.actionTypeId);
      if (!type) throw new ActionFailure("ConfigurationError", "the action's type is not implemented");
      const result = await type.act(
        {
          runId: run.id,
          pipeline: { name: pipelineName, arn: pipeline.arn, account: pipeline.account },
          executionId: execution.id,
          stage,
          declaration,
          configuration: run.resolvedConfiguration,
          identity: await this.assume(run, pipelineName),
          region: pipeline.region,
          inputs: run.inputs,
          outputs,
          encryptionKey: store.encryptionKey,
          sourceRevisions: execution.sourceRevisions.filter(
            ({ actionName }) => actionName === declaration.name,
          ),
          branch: execution.branch,
          report: (progress) => {
            if (run.status === "InProgress") Object.assign(run, progress, { lastUpdateTime: this.now() });
          },
          signal,
        },
        this.services,
      );
      if (run.status !== "InProgress") return run;
      run.outputs = outputs.map((output) => ({ ...output, revision: result.revision }));
      for (const output of run.outputs) execution.artifacts.set(output.name, output);
      run.outputVariables = result.outputVariables ?? {};
      if (declaration.namespace) execution.namespaces.set(declaration.namespace, run.outputVariables);
      run.summary = result.summary ?? result.revision?.summary ?? run.summary;
      this.end(execution, run, "Succeeded");
    } catch (error) {
      if (run.status !== "InProgress") return run;
      if (signal.aborted) {
        this.end(execution, run, "Abandoned");
        return run;
      }
      run.error = errorDetails(error);
      run.summary = (error instanceof ActionFailure ? error.summary : undefined) ?? run.summary;
      this.end(execution, run, "Failed");
    }
    this.update(execution, execution.status);
    return run;
  }

  private async assume({ roleArn, region }: ActionRun, pipelineName: string) {
    try {
      // CodeBuild tells by the session's name that it is a pipeline that starts a build, and which one.
      return await this.services.aws.assumeRole(roleArn, region, `codepipeline-${pipelineName}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ActionFailure("PermissionError", `CodePipeline cannot assume the role ${roleArn}: ${why}`);
    }
  }

  private end(execution: Execution, run: ActionRun, status: ActionRun["status"]): void {
    run.status = status;
    run.token = undefined;
    run.lastUpdateTime = this.now();
    this.events.action(execution, run);
  }

  private endStage(
    execution: Execution,
    stage: StageRun,
    status: StageExecutionStatus,
  ): StageExecutionStatus {
    stage.status = status;
    this.events.stage(execution, stage.name, status);
    return status;
  }

  private update(execution: Execution, status: PipelineExecutionStatus): void {
    const changed = execution.status !== status;
    execution.status = status;
    execution.lastUpdateTime = this.now();
    if (changed) this.events.execution(execution);
  }

  private now(): Date {
    return this.services.aws.clock.now();
  }
}

function inputArtifact(execution: Execution, name: string): StoredArtifact {
  const artifact = execution.artifacts.get(name);
  if (!artifact) throw new ActionFailure("ConfigurationError", `this execution has no artifact ${name}`);
  return artifact;
}

function errorDetails(error: unknown): { code: string; message: string } {
  if (error instanceof ActionFailure) return { code: error.code, message: error.message };
  if (error instanceof UnresolvedVariable) return { code: "InvalidVariable", message: error.message };
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const denied = /AccessDenied|UnauthorizedOperation/.test(name);
  const modeled = error instanceof Error && "$fault" in error;
  return {
    code: denied ? "PermissionError" : modeled ? "JobFailed" : "SystemUnavailable",
    message: modeled ? `${message} (Error Code: ${name})` : message,
  };
}
