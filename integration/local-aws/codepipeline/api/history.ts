import {
  InvalidNextTokenException,
  type ActionExecutionDetail,
  type PipelineExecution,
  type PipelineExecutionSummary,
} from "@aws-sdk/client-codepipeline";
import type { ActionRun, Execution, StoredArtifact } from "../model";

/** One page of a list; the token is the position of the next. */
export function page<T>(
  items: readonly T[],
  limit: number,
  nextToken?: string,
): { items: T[]; nextToken?: string } {
  const start = nextToken === undefined ? 0 : Number(nextToken);
  if (!Number.isInteger(start) || start < 0 || start > items.length)
    throw new InvalidNextTokenException({ message: "The next token is not valid", $metadata: {} });
  const end = start + limit;
  return { items: items.slice(start, end), ...(end < items.length ? { nextToken: String(end) } : {}) };
}

export function executionDetail(execution: Execution): PipelineExecution {
  const { declaration } = execution;
  return {
    pipelineName: declaration.name,
    pipelineVersion: declaration.version,
    pipelineExecutionId: execution.id,
    status: execution.status,
    statusSummary: execution.statusSummary ?? execution.stopReason,
    artifactRevisions: sourceRuns(execution).flatMap((run) =>
      run.outputs.map(({ name, revision }) => ({
        name,
        revisionId: revision?.id,
        revisionSummary: revision?.summary,
        revisionUrl: revision?.url,
        created: revision?.created,
      })),
    ),
    variables: Object.entries(execution.variables).map(([name, resolvedValue]) => ({ name, resolvedValue })),
    trigger: execution.trigger,
    executionMode: declaration.executionMode,
    executionType: "STANDARD",
  };
}

export function executionSummary(execution: Execution): PipelineExecutionSummary {
  return {
    pipelineExecutionId: execution.id,
    status: execution.status,
    statusSummary: execution.statusSummary,
    startTime: execution.startTime,
    lastUpdateTime: execution.lastUpdateTime,
    sourceRevisions: sourceRuns(execution).flatMap((run) =>
      run.outputs.map(({ revision }) => ({
        actionName: run.declaration.name,
        revisionId: revision?.id,
        revisionSummary: revision?.summary,
        revisionUrl: revision?.url,
      })),
    ),
    trigger: execution.trigger,
    ...(execution.stopReason ? { stopTrigger: { reason: execution.stopReason } } : {}),
    executionMode: execution.declaration.executionMode,
    executionType: "STANDARD",
  };
}

export function actionDetail(run: ActionRun): ActionExecutionDetail {
  const { declaration } = run;
  return {
    pipelineExecutionId: run.executionId,
    actionExecutionId: run.id,
    pipelineVersion: run.pipelineVersion,
    stageName: run.stage,
    actionName: declaration.name,
    startTime: run.startTime,
    lastUpdateTime: run.lastUpdateTime,
    updatedBy: run.lastUpdatedBy,
    status: run.status,
    input: {
      actionTypeId: declaration.actionTypeId,
      configuration: declaration.configuration,
      resolvedConfiguration: run.resolvedConfiguration,
      roleArn: declaration.roleArn,
      region: run.region,
      inputArtifacts: run.inputs.map(artifactDetail),
      namespace: declaration.namespace,
    },
    output: {
      outputArtifacts: run.outputs.map(artifactDetail),
      executionResult: {
        externalExecutionId: run.externalExecutionId,
        externalExecutionSummary: run.summary,
        externalExecutionUrl: run.externalExecutionUrl ?? run.outputs[0]?.revision?.url,
        errorDetails: actionError(run),
      },
      outputVariables: run.outputVariables,
    },
  };
}

export const actionError = (run: ActionRun) => (run.error ? { ...run.error } : undefined);

const artifactDetail = ({ name, bucket, key }: StoredArtifact) => ({ name, s3location: { bucket, key } });

const sourceRuns = ({ stages }: Execution): ActionRun[] =>
  (stages[0]?.runs ?? []).filter(({ status }) => status === "Succeeded");
