import type * as sdk from "@aws-sdk/client-codepipeline";
import {
  ActionNotFoundException,
  ApprovalAlreadyCompletedException,
  ConcurrentPipelineExecutionsLimitExceededException,
  DuplicatedStopRequestException,
  InvalidApprovalTokenException,
  NotLatestPipelineExecutionException,
  PipelineExecutionNotStoppableException,
  StageNotRetryableException,
  ValidationException,
  type ExecutionTrigger,
} from "@aws-sdk/client-codepipeline";
import type { Identity } from "../../core/aws";
import type { Clock } from "../../core/clock";
import type { Handlers } from "../../core/service";
import type { Approvals } from "../approvals";
import type { PipelineExecutions } from "../executions/pipeline-executions";
import { actionDetail, executionDetail, executionSummary, page } from "./history";
import { actionType } from "../action-types";
import { currentDeclaration, latestRun, runsOf, type Pipeline } from "../model";
import type { Pipelines } from "../pipelines";
import { invalid, oneOf } from "./refusals";

const $metadata = {};

/** Starts, stops, retries and approves executions, and tells of them. */
export function executionHandlers(
  pipelines: Pipelines,
  executions: PipelineExecutions,
  approvals: Approvals,
  clock: Clock,
) {
  return {
    async StartPipelineExecution({ name, variables = [], sourceRevisions = [], clientRequestToken }, caller) {
      const pipeline = pipelines.get(caller, name);
      const trigger = triggerOf(caller);
      const before = clientRequestToken && pipeline.requests.get(clientRequestToken);
      if (before) return { pipelineExecutionId: before };
      const sources = currentDeclaration(pipeline).stages?.[0]?.actions ?? [];
      for (const revision of sourceRevisions) checkRevision(revision, sources);
      limitConcurrency(pipeline);
      const values = pipelines.variables(pipeline, variables);
      const { id } = executions.start(pipeline, { trigger, variables: values, sourceRevisions });
      if (clientRequestToken) pipeline.requests.set(clientRequestToken, id);
      return { pipelineExecutionId: id };
    },

    async StopPipelineExecution({ pipelineName, pipelineExecutionId, abandon = false, reason }, caller) {
      const pipeline = pipelines.get(caller, pipelineName);
      const execution = pipelines.execution(pipeline, pipelineExecutionId);
      if (execution.status === "Stopping" && !abandon) {
        const message = `The pipeline execution ${execution.id} is already being stopped`;
        throw new DuplicatedStopRequestException({ message, $metadata });
      }
      if (execution.status !== "InProgress" && execution.status !== "Stopping") {
        const message = `The pipeline execution ${execution.id} is in status ${execution.status} and cannot be stopped`;
        throw new PipelineExecutionNotStoppableException({ message, $metadata });
      }
      executions.stop(pipeline, execution, { abandon, reason });
      return { pipelineExecutionId };
    },

    async RetryStageExecution({ pipelineName, stageName, pipelineExecutionId, retryMode }, caller) {
      const pipeline = pipelines.get(caller, pipelineName);
      const { name = "" } = pipelines.stage(pipeline, stageName);
      const execution = pipelines.execution(pipeline, pipelineExecutionId);
      oneOf(["FAILED_ACTIONS", "ALL_ACTIONS"], retryMode, "retryMode");
      const parallel = execution.declaration.executionMode === "PARALLEL";
      if (!parallel && executions.gate(pipeline, name).latest !== execution) {
        const message = `The pipeline execution ${execution.id} is not the latest in stage ${name}`;
        throw new NotLatestPipelineExecutionException({ message, $metadata });
      }
      const status = execution.stages.find((stage) => stage.name === name)?.status;
      const ended = execution.status === "Failed" || execution.status === "Stopped";
      if (!ended || (status !== "Failed" && status !== "Stopped")) {
        const message = `The stage ${name} is in status ${status ?? "not started"}; only a failed stage can be retried`;
        throw new StageNotRetryableException({ message, $metadata });
      }
      executions.retry(pipeline, execution, name, retryMode ?? "FAILED_ACTIONS");
      return { pipelineExecutionId };
    },

    async PutApprovalResult({ pipelineName, stageName, actionName = "", result, token = "" }, caller) {
      const pipeline = pipelines.get(caller, pipelineName);
      const { name = "", actions = [] } = pipelines.stage(pipeline, stageName);
      if (!actions.some((action) => action.name === actionName)) {
        const message = `The stage ${name} does not have an action with name '${actionName}'`;
        throw new ActionNotFoundException({ message, $metadata });
      }
      const { status, summary = "" } = result ?? {};
      if (status !== "Approved" && status !== "Rejected") {
        const message = `Value '${status}' at 'result.status' must be Approved or Rejected`;
        throw new ValidationException({ message, $metadata });
      }
      const by = caller.arn;
      // In PARALLEL mode several executions may wait for the same approval.
      const waits = runsOf(pipeline, name, actionName).some((run) => run.token === token);
      if (waits && approvals.decide(token, { status, summary, by })) return { approvedAt: clock.now() };
      const latest = latestRun(pipeline, name, actionName);
      if (latest && latest.status !== "InProgress") {
        const message = `The approval action ${actionName} has already been completed`;
        throw new ApprovalAlreadyCompletedException({ message, $metadata });
      }
      throw new InvalidApprovalTokenException({ message: "The approval token is not valid", $metadata });
    },

    async GetPipelineExecution({ pipelineName, pipelineExecutionId }, caller) {
      const pipeline = pipelines.get(caller, pipelineName);
      return { pipelineExecution: executionDetail(pipelines.execution(pipeline, pipelineExecutionId)) };
    },

    async ListPipelineExecutions(input, caller) {
      const pipeline = pipelines.get(caller, input.pipelineName);
      const stage = input.filter?.succeededInStage?.stageName;
      const wanted = pipeline.executions.filter(
        ({ stages }) => !stage || stages.some(({ name, status }) => name === stage && status === "Succeeded"),
      );
      const { items, nextToken } = page(wanted.reverse(), input, 100);
      return { pipelineExecutionSummaries: items.map(executionSummary), nextToken };
    },

    async ListActionExecutions(input, caller) {
      const { filter } = input;
      const pipeline = pipelines.get(caller, input.pipelineName);
      const latest = filter?.latestInPipelineExecution;
      const id = filter?.pipelineExecutionId ?? latest?.pipelineExecutionId;
      const executions = id ? [pipelines.execution(pipeline, id)] : pipeline.executions;
      let runs = executions.flatMap(({ stages }) => stages.flatMap((stage) => stage.runs));
      if (latest?.startTimeRange === "Latest") {
        runs = [...new Map(runs.map((run) => [`${run.stage}/${run.declaration.name}`, run])).values()];
      }
      const newestFirst = runs.reverse().sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
      const { items, nextToken } = page(newestFirst, input, 100);
      return { actionExecutionDetails: items.map(actionDetail), nextToken };
    },
  } satisfies Handlers<typeof sdk>;
}

/** Each kind of source has its own revisions. https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_SourceRevisionOverride.html */
function checkRevision(
  { actionName, revisionType }: sdk.SourceRevisionOverride,
  sources: readonly sdk.ActionDeclaration[],
): void {
  const source = sources.find(({ name }) => name === actionName);
  if (!source) throw invalid(`The pipeline does not have a source action with name '${actionName}'`);
  const known = actionType(source.actionTypeId)?.revisionTypes ?? [];
  oneOf(known, revisionType, `sourceRevisions.revisionType of action ${actionName}`);
}

/**
 * EventBridge starts a pipeline as the role of a rule's target, and names its session after the rule; AWS then
 * shows the rule as the trigger, else the caller.
 */
function triggerOf({ account, region, arn }: Identity): ExecutionTrigger {
  const rule = /:assumed-role\/[^/]+\/AwsEvents_(.+)$/.exec(arn)?.[1];
  return rule
    ? { triggerType: "CloudWatchEvent", triggerDetail: `arn:aws:events:${region}:${account}:rule/${rule}` }
    : { triggerType: "StartPipelineExecution", triggerDetail: arn };
}

// https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
function limitConcurrency(pipeline: Pipeline): void {
  const mode = currentDeclaration(pipeline).executionMode;
  const running = pipeline.executions.filter(
    ({ status }) => status === "InProgress" || status === "Stopping",
  );
  if (mode === "SUPERSEDED" || running.length < 50) return;
  const message = `The pipeline has 50 concurrent executions, the most in ${mode} mode`;
  throw new ConcurrentPipelineExecutionsLimitExceededException({ message, $metadata });
}
