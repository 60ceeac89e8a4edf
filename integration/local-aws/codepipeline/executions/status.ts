import type {
  ActionExecutionStatus,
  PipelineExecutionStatus,
  StageExecutionStatus,
} from "@aws-sdk/client-codepipeline";
import type { Aws } from "../../core/aws";
import type { ActionRun, Execution, StageRun } from "../model";
import { tellAction, tellExecution, tellStage } from "./state-events";

// The only ways in which statuses change: EventBridge is told of each change.

/** @param resumed a stage of it is tried again */
export function setExecutionStatus(
  aws: Aws,
  execution: Execution,
  status: PipelineExecutionStatus,
  resumed = false,
): void {
  execution.status = status;
  execution.lastUpdateTime = aws.clock.now();
  tellExecution(aws, execution, resumed);
}

export function setStageStatus(
  aws: Aws,
  execution: Execution,
  stage: StageRun,
  status: StageExecutionStatus,
  resumed = false,
): void {
  stage.status = status;
  execution.lastUpdateTime = aws.clock.now();
  tellStage(aws, execution, stage, resumed);
}

export function setActionStatus(
  aws: Aws,
  execution: Execution,
  run: ActionRun,
  status: ActionExecutionStatus,
): void {
  run.status = status;
  if (status !== "InProgress") run.token = undefined;
  run.lastUpdateTime = execution.lastUpdateTime = aws.clock.now();
  tellAction(aws, execution, run);
}
