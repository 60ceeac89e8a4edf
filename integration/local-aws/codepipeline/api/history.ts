import {
  InvalidNextTokenException,
  type ActionExecutionDetail,
  type PipelineExecution,
  type PipelineExecutionSummary,
} from "@aws-sdk/client-codepipeline";
import { page as pageOf } from "../../core/paging";
import type { ActionRun, Execution, StoredArtifact } from "../model";
import { invalid } from "./refusals";

/**
 * One page of a list.
 *
 * @param most how many AWS gives at once
 * @throws {ValidationException | InvalidNextTokenException}
 */
export function page<T>(
  items: readonly T[],
  { maxResults, nextToken }: { maxResults?: number; nextToken?: string },
  most: number,
): { items: T[]; nextToken?: string } {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > most))
    throw invalid(
      `1 validation error detected: Value '${maxResults}' at 'maxResults' failed to satisfy constraint: Member must be between 1 and ${most}`,
    );
  const refuse = () =>
    new InvalidNextTokenException({ message: "The next token is not valid", $metadata: {} });
  return pageOf(items, nextToken, maxResults ?? most, refuse);
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
