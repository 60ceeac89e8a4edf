import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CodePipelineClient,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  PutApprovalResultCommand,
} from "@aws-sdk/client-codepipeline";
import type { Aws } from "../local-aws/core/aws";
import { minutes } from "../local-aws/core/clock";
import type { Environment } from "./environments";
import { isUnderWay, type ActionRun, type DeploymentRun, type ReleaseTimeline, type WallMs } from "./model";
import type { Progress } from "./progress";
import { describeAction, timelineOf } from "./timeline";

/** Wall milliseconds between two looks. */
const look = 200;
/** No pipeline of a rehearsal works this long, in wall milliseconds; one that does hangs. */
const longestWork = 240_000;
/** Nor waits this long, in milliseconds of AWS: a silent hook takes an hour, beside the traffic shift and termination. */
const longestWaits = minutes(180);

const pause = () => new Promise((resolve) => setTimeout(resolve, look));

/** What a person does with a release that waits in front of production. */
export type Decision = "Approved" | "Rejected";

/** Finds the execution that `isTheOne` describes, as soon as it is there. */
export async function findExecution(
  aws: Aws,
  environment: Environment,
  pipelineName: string,
  revisionId: string,
): Promise<string> {
  const client = aws.client(CodePipelineClient, environment.identity);
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { pipelineExecutionSummaries = [] } = await client.send(
      new ListPipelineExecutionsCommand({ pipelineName }),
    );
    for (const { pipelineExecutionId, sourceRevisions } of pipelineExecutionSummaries) {
      if (pipelineExecutionId && sourceRevisions?.some((revision) => revision.revisionId === revisionId)) {
        return pipelineExecutionId;
      }
    }
    await pause();
  }
  throw new Error(
    `the pipeline ${pipelineName} did not start for the revision ${revisionId} within 30 seconds`,
  );
}

export interface FollowOptions {
  progress: Progress;
  /** The service's alarms: while one is on, CodeDeploy would stop the deployment at once, so an approver waits. */
  alarmNames: string[];
  /** Is shown the deployment again and again. */
  watch?: (deployment: DeploymentRun | undefined) => void;
  /** How long it takes where the clock is slowed, besides. @default 0 */
  longestMs?: WallMs;
  /** @default "Approved" */
  decision?: Decision;
}

/**
 * Follows a pipeline execution to its end through the AWS API, as a person with a console would, and shows what
 * happens. A release that waits for approval gets `decision`.
 */
export async function follow(
  aws: Aws,
  environment: Environment,
  pipelineName: string,
  pipelineExecutionId: string,
  { progress, alarmNames, watch, longestMs = 0, decision = "Approved" }: FollowOptions,
): Promise<ReleaseTimeline> {
  const pipelines = aws.client(CodePipelineClient, environment.identity);
  const patience = longestWork + longestWaits / aws.clock.fastest + longestMs;
  const deadline = Date.now() + patience;
  const said = new Set<string>();
  const say = (key: string, text: string) => {
    if (!said.has(key)) progress.step(`${environment.name.padEnd(7)} ${text}`);
    said.add(key);
  };
  for (;;) {
    // The execution before its actions, so that the actions of a finished execution are read finished.
    const { pipelineExecution } = await pipelines.send(
      new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId }),
    );
    const { actionExecutionDetails = [] } = await pipelines.send(
      new ListActionExecutionsCommand({ pipelineName, filter: { pipelineExecutionId } }),
    );
    const actions = await Promise.all(
      actionExecutionDetails.reverse().map((detail) => describeAction(aws, environment, detail)),
    );
    for (const action of actions) show(action, say);
    watch?.(actions.find(({ deployment }) => deployment)?.deployment);
    for (const action of actions) {
      if (action.provider !== "Manual" || action.status !== "InProgress") continue;
      if (await areOn(aws, environment, alarmNames)) {
        say("alarms", `${action.stage}: waits until no alarm is on`);
      } else {
        await decide(pipelines, pipelineName, pipelineExecutionId, action, decision);
      }
    }
    const status = pipelineExecution?.status ?? "Failed";
    if (!isUnderWay(status)) {
      return timelineOf(aws, environment, pipelineName, pipelineExecutionId, status, actions);
    }
    if (Date.now() > deadline) {
      throw new Error(
        `${pipelineName} (${pipelineExecutionId}) had not ended after ${Math.round(patience / 1000)} seconds` +
          (await othersUnderWay(pipelines, pipelineName, pipelineExecutionId)),
      );
    }
    await pause();
  }
}

/** Other executions of the pipeline, which may hold the stage that one waits for; empty when there are none. */
async function othersUnderWay(
  pipelines: CodePipelineClient,
  pipelineName: string,
  besides: string,
): Promise<string> {
  const { pipelineExecutionSummaries = [] } = await pipelines.send(
    new ListPipelineExecutionsCommand({ pipelineName }),
  );
  const others = pipelineExecutionSummaries.filter(
    ({ pipelineExecutionId, status }) => pipelineExecutionId !== besides && isUnderWay(status),
  );
  const told = others.map(({ pipelineExecutionId, startTime, trigger, sourceRevisions = [] }) => {
    const revisions = sourceRevisions.map(({ actionName, revisionId }) => `${actionName} ${revisionId}`);
    const by = `${trigger?.triggerType} ${trigger?.triggerDetail}`;
    return `${pipelineExecutionId} since ${startTime?.toISOString()} by ${by}, with ${revisions.join(", ")}`;
  });
  return told.length === 0 ? "" : `; also under way: ${told.join("; ")}`;
}

async function areOn(aws: Aws, { identity }: Environment, AlarmNames: string[]): Promise<boolean> {
  const { MetricAlarms = [] } = await aws
    .client(CloudWatchClient, identity)
    .send(new DescribeAlarmsCommand({ AlarmNames, StateValue: "ALARM" }));
  return MetricAlarms.length > 0;
}

function show(
  { stage, action, status, error, deployment, provider }: ActionRun,
  say: (key: string, text: string) => void,
) {
  const name = stage === action ? stage : `${stage}/${action}`;
  say(name, `${name} …`);
  for (const event of deployment?.events ?? []) {
    if (event.status === "InProgress" || event.status === "Succeeded")
      say(`${name} ${event.name}`, `${stage}: ${event.name}`);
    if (event.status === "Failed")
      say(`${name} ${event.name} failed`, `${stage}: ${event.name} failed: ${event.message}`);
  }
  if (deployment?.rollbackDeploymentId) say(`${name} rollback`, `${stage}: rolled back, ${deployment.error}`);
  if (status === "Failed")
    say(`${name} failed`, `${name} failed${provider === "Manual" ? " (rejected)" : ""}: ${error}`);
  if (status === "Succeeded") say(`${name} done`, `${name} succeeded`);
}

async function decide(
  pipelines: CodePipelineClient,
  pipelineName: string,
  pipelineExecutionId: string,
  { stage, action }: ActionRun,
  status: Decision,
): Promise<void> {
  const { stageStates = [] } = await pipelines.send(new GetPipelineStateCommand({ name: pipelineName }));
  const state = stageStates.find(({ stageName }) => stageName === stage);
  if (state?.latestExecution?.pipelineExecutionId !== pipelineExecutionId) return;
  const token = state.actionStates?.find(({ actionName }) => actionName === action)?.latestExecution?.token;
  if (!token) return;
  await pipelines.send(
    new PutApprovalResultCommand({
      pipelineName,
      stageName: stage,
      actionName: action,
      token,
      result: { status, summary: `${status} by the rehearsal` },
    }),
  );
}
