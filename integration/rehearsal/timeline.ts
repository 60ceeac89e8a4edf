import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
  type LifecycleEvent,
} from "@aws-sdk/client-codedeploy";
import type { ActionExecutionDetail } from "@aws-sdk/client-codepipeline";
import type { Aws } from "../local-aws/core/aws";
import type { Environment } from "./environments";
import { clockMapping, wallBetween, type ActionRun, type DeploymentRun, type ReleaseTimeline } from "./model";

/** An action of a pipeline's execution as it is now, with its deployment. */
export async function describeAction(
  aws: Aws,
  environment: Environment,
  detail: ActionExecutionDetail,
): Promise<ActionRun> {
  const result = detail.output?.executionResult;
  const provider = detail.input?.actionTypeId?.provider ?? "";
  const running = detail.status === "InProgress";
  const { externalExecutionId: id, externalExecutionSummary: summary } = result ?? {};
  const message = result?.errorDetails?.message;
  return {
    stage: detail.stageName ?? "",
    action: detail.actionName ?? "",
    provider,
    status: detail.status ?? "InProgress",
    startedAt: detail.startTime?.getTime() ?? 0,
    endedAt: running ? undefined : detail.lastUpdateTime?.getTime(),
    summary,
    error: id === undefined ? said(message, summary) : message,
    deployment:
      provider === "CodeDeployToECS" && id ? await describeDeployment(aws, environment, id) : undefined,
  };
}

/** Where an action could not even begin, AWS's message may not say why, and the summary does. */
const said = (message?: string, summary?: string) =>
  message !== undefined && summary !== undefined && !message.includes(summary)
    ? `${message}: ${summary}`
    : message;

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

/** How long the execution took here, and would have taken on AWS: waits in AWS time, everything else one to one. */
export function timelineOf(
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
