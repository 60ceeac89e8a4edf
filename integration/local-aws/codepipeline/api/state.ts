import type { ActionState, GetPipelineStateOutput, StageState } from "@aws-sdk/client-codepipeline";
import { currentDeclaration, latestRun, type ActionRun, type Pipeline } from "../model";
import { actionError } from "./history";

/** What GetPipelineState tells of a pipeline: each stage's and each action's last execution. */
export function pipelineState(pipeline: Pipeline): GetPipelineStateOutput {
  const declaration = currentDeclaration(pipeline);
  return {
    pipelineName: declaration.name,
    pipelineVersion: declaration.version,
    created: pipeline.created,
    updated: pipeline.updated,
    stageStates: declaration.stages?.map(({ name = "", actions = [] }): StageState => {
      const gate = pipeline.gates.get(name);
      const inbound = gate?.waiting.map(({ id }) => ({
        pipelineExecutionId: id,
        status: "InProgress" as const,
      }));
      const status = gate?.latest?.stages.find((stage) => stage.name === name)?.status;
      return {
        stageName: name,
        inboundTransitionState: gate?.transition ?? { enabled: true },
        ...(inbound?.length ? { inboundExecution: inbound[0], inboundExecutions: inbound } : {}),
        actionStates: actions.map((action) =>
          actionState(action.name, action.configuration, latestRun(pipeline, name, action.name ?? "")),
        ),
        ...(gate?.latest && status
          ? {
              latestExecution: {
                pipelineExecutionId: gate.latest.id,
                status: stopping(gate.latest.status, status),
              },
            }
          : {}),
      };
    }),
  };
}

function actionState(
  actionName: string | undefined,
  configuration: Record<string, string> = {},
  run: ActionRun | undefined,
): ActionState {
  const entityUrl =
    configuration.ExternalEntityLink ?? (configuration.ProjectName ? run?.externalExecutionUrl : undefined);
  if (!run) return { actionName, entityUrl };
  const revision = run.outputs[0]?.revision;
  return {
    actionName,
    ...(revision
      ? {
          currentRevision: {
            revisionId: revision.id,
            revisionChangeId: revision.id,
            created: revision.created,
          },
          revisionUrl: revision.url,
        }
      : {}),
    entityUrl,
    latestExecution: {
      actionExecutionId: run.id,
      status: run.status,
      summary: run.summary,
      lastStatusChange: run.lastUpdateTime,
      token: run.token,
      lastUpdatedBy: run.lastUpdatedBy,
      externalExecutionId: run.externalExecutionId,
      externalExecutionUrl: run.externalExecutionUrl,
      percentComplete: run.percentComplete,
      errorDetails: actionError(run),
    },
  };
}

const stopping = <S>(execution: string, stage: S): S | "Stopping" =>
  execution === "Stopping" && stage === "InProgress" ? "Stopping" : stage;
