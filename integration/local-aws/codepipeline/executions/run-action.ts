import { randomUUID } from "node:crypto";
import type { ActionDeclaration } from "@aws-sdk/client-codepipeline";
import type { Aws, Identity } from "../../core/aws";
import { actionType } from "../action-types";
import { ActionFailure, type ActionRequest, type ActionResult, type Services } from "../actions/action";
import { placeArtifact } from "../artifact-store";
import {
  artifactStoreOf,
  type ActionRun,
  type Execution,
  type StageRun,
  type StoredArtifact,
} from "../model";
import { resolveConfiguration, UnresolvedVariable } from "../variables";
import { setActionStatus } from "./status";

/** Runs an action once, and keeps what it puts out for the actions after it. Never rejects. */
export async function runAction(
  services: Services,
  execution: Execution,
  stage: StageRun,
  declaration: ActionDeclaration,
): Promise<ActionRun> {
  const { aws } = services;
  const { signal } = execution.abandon;
  const run = newRun(aws, execution, stage.name, declaration);
  stage.runs.push(run);
  setActionStatus(aws, execution, run, "InProgress");
  try {
    const request = await requestOf(aws, execution, run, signal);
    const type = actionType(declaration.actionTypeId);
    if (!type) throw new ActionFailure("ConfigurationError", "the action's type is not implemented");
    const result = await type.act(request, services);
    if (run.status !== "InProgress") return run;
    keep(execution, run, request.outputs, result);
    setActionStatus(aws, execution, run, "Succeeded");
  } catch (error) {
    if (run.status !== "InProgress") return run;
    if (!signal.aborted) {
      run.error = errorDetails(error);
      run.summary = (error instanceof ActionFailure ? error.summary : undefined) ?? run.summary;
    }
    setActionStatus(aws, execution, run, signal.aborted ? "Abandoned" : "Failed");
  }
  return run;
}

function newRun(aws: Aws, execution: Execution, stage: string, declaration: ActionDeclaration): ActionRun {
  const { roleArn: pipelineRole = "", version = 1 } = execution.declaration;
  const now = aws.clock.now();
  return {
    id: randomUUID(),
    executionId: execution.id,
    pipelineVersion: version,
    stage,
    declaration,
    roleArn: declaration.roleArn ?? pipelineRole,
    region: execution.pipeline.region,
    status: "InProgress",
    startTime: now,
    lastUpdateTime: now,
    resolvedConfiguration: {},
    inputs: [],
    outputs: [],
    outputVariables: {},
  };
}

async function requestOf(
  aws: Aws,
  execution: Execution,
  run: ActionRun,
  signal: AbortSignal,
): Promise<ActionRequest> {
  const { pipeline, branch, namespaces } = execution;
  const { declaration } = run;
  const { name: pipelineName = "" } = execution.declaration;
  const store = artifactStoreOf(execution.declaration, pipeline.region);
  run.inputs = (declaration.inputArtifacts ?? []).map(({ name = "" }) => inputArtifact(execution, name));
  run.resolvedConfiguration = resolveConfiguration(declaration.configuration ?? {}, namespaces);
  return {
    runId: run.id,
    pipeline: { name: pipelineName, arn: pipeline.arn, account: pipeline.account },
    executionId: execution.id,
    stage: run.stage,
    declaration,
    configuration: run.resolvedConfiguration,
    identity: await assume(aws, run, pipelineName),
    region: pipeline.region,
    inputs: run.inputs,
    outputs: (declaration.outputArtifacts ?? []).map(({ name = "" }) =>
      placeArtifact(store.location, pipelineName, name),
    ),
    encryptionKey: store.encryptionKey,
    sourceRevisions: execution.sourceRevisions.filter(({ actionName }) => actionName === declaration.name),
    branch,
    report: (progress) => {
      if (run.status === "InProgress") Object.assign(run, progress, { lastUpdateTime: aws.clock.now() });
    },
    signal,
  };
}

async function assume(aws: Aws, { roleArn, region }: ActionRun, pipelineName: string): Promise<Identity> {
  try {
    // CodeBuild tells by the session's name that it is a pipeline that starts a build, and which one.
    return await aws.assumeRole(roleArn, region, `codepipeline-${pipelineName}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ActionFailure("PermissionError", `CodePipeline cannot assume the role ${roleArn}: ${why}`);
  }
}

function keep(
  execution: Execution,
  run: ActionRun,
  outputs: readonly StoredArtifact[],
  { revision, outputVariables = {}, summary }: ActionResult,
): void {
  run.outputs = outputs.map((output) => ({ ...output, revision }));
  for (const output of run.outputs) execution.artifacts.set(output.name, output);
  run.outputVariables = outputVariables;
  const { namespace } = run.declaration;
  if (namespace) execution.namespaces.set(namespace, outputVariables);
  run.summary = summary ?? revision?.summary ?? run.summary;
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
