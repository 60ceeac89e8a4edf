import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
  type LifecycleEvent,
} from "@aws-sdk/client-codedeploy";
import {
  CodePipelineClient,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  PutApprovalResultCommand,
  type ActionExecutionDetail,
} from "@aws-sdk/client-codepipeline";
import type { Aws } from "../local-aws/core/aws";
import { minutes } from "../local-aws/core/clock";
import type { Environment } from "./environments";
import { clockMapping, wallBetween, type ActionRun, type DeploymentRun, type ReleaseTimeline } from "./model";
import type { Pacer } from "./pace";
import type { Progress } from "./progress";

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
  /** Slows the clock where the deployment gathers evidence. */
  pacer?: Pacer;
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
  { progress, alarmNames, pacer, decision = "Approved" }: FollowOptions,
): Promise<ReleaseTimeline> {
  const pipelines = aws.client(CodePipelineClient, environment.identity);
  const patience = longestWork + longestWaits / aws.clock.fastest + (pacer?.longestMs ?? 0);
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
      actionExecutionDetails.reverse().map((detail) => describe(aws, environment, detail)),
    );
    for (const action of actions) show(action, say);
    pacer?.watch(actions.find(({ deployment }) => deployment)?.deployment);
    for (const action of actions) {
      if (action.provider !== "Manual" || action.status !== "InProgress") continue;
      if (await areOn(aws, environment, alarmNames)) {
        say("alarms", `${action.stage}: waits until no alarm is on`);
      } else {
        await decide(pipelines, pipelineName, pipelineExecutionId, action, decision);
      }
    }
    const status = pipelineExecution?.status ?? "Failed";
    if (status !== "InProgress" && status !== "Stopping") {
      return timeline(aws, environment, pipelineName, pipelineExecutionId, status, actions);
    }
    if (Date.now() > deadline) {
      throw new Error(
        `${pipelineName} (${pipelineExecutionId}) had not ended after ${Math.round(patience / 1000)} seconds`,
      );
    }
    await pause();
  }
}

async function areOn(aws: Aws, { identity }: Environment, AlarmNames: string[]): Promise<boolean> {
  const { MetricAlarms = [] } = await aws
    .client(CloudWatchClient, identity)
    .send(new DescribeAlarmsCommand({ AlarmNames, StateValue: "ALARM" }));
  return MetricAlarms.length > 0;
}

async function describe(
  aws: Aws,
  environment: Environment,
  detail: ActionExecutionDetail,
): Promise<ActionRun> {
  const result = detail.output?.executionResult;
  const provider = detail.input?.actionTypeId?.provider ?? "";
  const running = detail.status === "InProgress";
  const id = result?.externalExecutionId;
  return {
    stage: detail.stageName ?? "",
    action: detail.actionName ?? "",
    provider,
    status: detail.status ?? "InProgress",
    startedAt: detail.startTime?.getTime() ?? 0,
    endedAt: running ? undefined : detail.lastUpdateTime?.getTime(),
    summary: result?.externalExecutionSummary,
    error: result?.errorDetails?.message,
    deployment:
      provider === "CodeDeployToECS" && id ? await describeDeployment(aws, environment, id) : undefined,
  };
}

async function describeDeployment(
  aws: Aws,
  environment: Environment,
  deploymentId: string,
): Promise<DeploymentRun> {
  const client = aws.client(CodeDeployClient, environment.identity);
  const [{ deploymentInfo }, { targetIds }] = await Promise.all([
    client.send(new GetDeploymentCommand({ deploymentId })),
    client.send(new ListDeploymentTargetsCommand({ deploymentId })),
  ]);
  const { deploymentTargets } = await client.send(
    new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds }),
  );
  const events = deploymentTargets?.[0]?.ecsTarget?.lifecycleEvents ?? [];
  return {
    deploymentId,
    status: deploymentInfo?.status ?? "Created",
    error: deploymentInfo?.errorInformation?.message,
    rollbackDeploymentId: deploymentInfo?.rollbackInfo?.rollbackDeploymentId,
    startedAt: deploymentInfo?.startTime?.getTime(),
    endedAt: deploymentInfo?.completeTime?.getTime(),
    predictedAwsMs: aws.spans.get(deploymentId)?.awsMs,
    wallMs: aws.spans.get(deploymentId)?.wallMs,
    events: events.map(eventRun),
  };
}

const eventRun = (event: LifecycleEvent): DeploymentRun["events"][number] => ({
  name: event.lifecycleEventName ?? "",
  status: event.status ?? "Unknown",
  startedAt: event.startTime?.getTime(),
  endedAt: event.endTime?.getTime(),
  message: event.diagnostics?.message,
});

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

/** How long the execution took here, and would have taken on AWS: waits in AWS time, everything else one to one. */
function timeline(
  aws: Aws,
  environment: Environment,
  pipelineName: string,
  executionId: string,
  status: string,
  actions: ActionRun[],
): ReleaseTimeline {
  const clock = clockMapping(aws.clock);
  const wallOf = ({ startedAt, endedAt }: ActionRun) => wallBetween(clock, startedAt, endedAt ?? startedAt);
  const stages = new Map<string, number>();
  for (const action of actions) {
    const onAws = action.deployment?.predictedAwsMs ?? wallOf(action);
    stages.set(action.stage, Math.max(stages.get(action.stage) ?? 0, onAws));
  }
  const startedAt = Math.min(...actions.map((action) => action.startedAt));
  const endedAt = Math.max(...actions.map((action) => action.endedAt ?? action.startedAt));
  return {
    environment: environment.name,
    pipelineName,
    executionId,
    status,
    startedAt,
    endedAt,
    wallMs: wallBetween(clock, startedAt, endedAt),
    predictedAwsMs: [...stages.values()].reduce((sum, ms) => sum + ms, 0),
    actions,
  };
}
