import type {
  ActionDeclaration,
  StageDeclaration,
  StageExecutionStatus,
  StageRetryMode,
} from "@aws-sdk/client-codepipeline";
import type { Services } from "../actions/action";
import type { Execution } from "../model";
import { runAction } from "./run-action";
import { setStageStatus } from "./status";

/**
 * Runs a stage: its actions by run order, those of the same order at once.
 *
 * @param retry which actions run again, where the stage has failed before
 * @param stopping whether nothing more is to be begun
 */
export async function runStage(
  services: Services,
  execution: Execution,
  { name = "", actions = [] }: StageDeclaration,
  retry: StageRetryMode | undefined,
  stopping: () => boolean,
): Promise<StageExecutionStatus> {
  const { aws } = services;
  let stage = execution.stages.find((one) => one.name === name);
  if (!stage) execution.stages.push((stage = { name, status: "InProgress", runs: [] }));
  setStageStatus(aws, execution, stage, "InProgress", retry !== undefined);
  const earlier = [...stage.runs];
  const done = (action: ActionDeclaration) =>
    retry === "FAILED_ACTIONS" &&
    earlier.findLast((run) => run.declaration.name === action.name)?.status === "Succeeded";
  const orders = [...new Set(actions.map(({ runOrder = 1 }) => runOrder))].sort((a, b) => a - b);
  let status: StageExecutionStatus = "Succeeded";
  for (const order of orders) {
    const due = actions.filter((action) => (action.runOrder ?? 1) === order && !done(action));
    const begun = stage;
    const runs = await Promise.all(due.map((action) => runAction(services, execution, begun, action)));
    if (stopping()) status = "Stopped";
    else if (runs.some((run) => run.status !== "Succeeded")) status = "Failed";
    if (status !== "Succeeded") break;
  }
  setStageStatus(aws, execution, stage, status);
  return status;
}
