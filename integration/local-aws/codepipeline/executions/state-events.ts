import type {
  ActionExecutionStatus,
  PipelineExecutionStatus,
  StageExecutionStatus,
} from "@aws-sdk/client-codepipeline";
import type { Aws } from "../../core/aws";
import type { EmittedEvents } from "../../core/events";
import type { ActionRun, Execution, StageRun, StoredArtifact } from "../model";

export const emits = {
  source: "aws.codepipeline",
  detailTypes: [
    "CodePipeline Pipeline Execution State Change",
    "CodePipeline Stage Execution State Change",
    "CodePipeline Action Execution State Change",
  ],
} as const satisfies EmittedEvents;

const executionStates: Record<PipelineExecutionStatus, string> = {
  InProgress: "STARTED",
  Stopping: "STOPPING",
  Stopped: "STOPPED",
  Succeeded: "SUCCEEDED",
  Failed: "FAILED",
  Superseded: "SUPERSEDED",
  Cancelled: "CANCELED",
};
const stageStates: Partial<Record<StageExecutionStatus, string>> = {
  InProgress: "STARTED",
  Stopping: "STOPPING",
  Stopped: "STOPPED",
  Succeeded: "SUCCEEDED",
  Failed: "FAILED",
  Cancelled: "CANCELED",
};
const actionStates: Record<ActionExecutionStatus, string> = {
  InProgress: "STARTED",
  Abandoned: "ABANDONED",
  Succeeded: "SUCCEEDED",
  Failed: "FAILED",
};

/**
 * Tells EventBridge of an execution's status, or that a stage of it is tried again.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
 */
export function tellExecution(aws: Aws, execution: Execution, resumed: boolean): void {
  const { trigger, stopReason } = execution;
  put(aws, "Pipeline", execution, {
    "execution-trigger": { "trigger-type": trigger.triggerType, "trigger-detail": trigger.triggerDetail },
    state: resumed ? "RESUMED" : executionStates[execution.status],
    "stop-execution-comments": stopReason,
  });
}

export function tellStage(
  aws: Aws,
  execution: Execution,
  { name, status }: StageRun,
  resumed: boolean,
): void {
  put(aws, "Stage", execution, { stage: name, state: resumed ? "RESUMED" : stageStates[status] });
}

export function tellAction(aws: Aws, execution: Execution, run: ActionRun): void {
  const { owner, provider, category, version } = run.declaration.actionTypeId ?? {};
  const ended = run.status !== "InProgress";
  put(aws, "Action", execution, {
    stage: run.stage,
    action: run.declaration.name,
    state: actionStates[run.status],
    region: run.region,
    type: { owner, provider, category, version },
    "input-artifacts": artifacts(run.inputs),
    "output-artifacts": artifacts(run.outputs),
    "execution-result": ended
      ? {
          "external-execution-url": run.externalExecutionUrl,
          "external-execution-summary": run.error?.message ?? run.summary,
          "external-execution-id": run.externalExecutionId,
          "error-code": run.error?.code,
        }
      : undefined,
  });
}

function put(aws: Aws, what: "Pipeline" | "Stage" | "Action", execution: Execution, detail: object): void {
  const { arn, account, region } = execution.pipeline;
  const { name, version } = execution.declaration;
  aws.events.put({
    source: emits.source,
    detailType: `CodePipeline ${what} Execution State Change` satisfies (typeof emits.detailTypes)[number],
    account,
    region,
    resources: [arn],
    detail: {
      pipeline: name,
      "execution-id": execution.id,
      "start-time": execution.startTime.toISOString(),
      ...detail,
      version,
    },
  });
}

const artifacts = (stored: readonly StoredArtifact[]) =>
  stored.length === 0
    ? undefined
    : stored.map(({ name, bucket, key }) => ({ name, s3location: { bucket, key } }));
