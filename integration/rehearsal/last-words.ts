import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import type { Aws } from "../local-aws/core/aws";
import { serviceOf, type Environment } from "./environments";
import type { ActionRun, ReleaseTimeline } from "./model";
import type { Progress } from "./progress";

const shown = 8;

/** Where somebody wrote, and what is said of the place. */
interface Log {
  of: string;
  logGroupName: string;
  logStreamName: string;
}

/** Puts what ECS says of its tasks, and what hook or tasks last wrote, beside the error of a deployment that failed. */
export async function explain(
  aws: Aws,
  environment: Environment,
  service: string,
  { actions }: ReleaseTimeline,
  progress: Progress,
): Promise<void> {
  const failed = actions.find(({ status, deployment }) => status === "Failed" && deployment);
  if (!failed) return;
  const words = [
    await whyUnhealthy(aws, environment, service, failed),
    await lastWords(aws, environment, service, failed).catch(nothingWritten),
  ]
    .filter((one) => one !== undefined)
    .join("\n");
  if (!words) return;
  failed.error = `${failed.error ?? ""}\n${words}`;
  progress.fail(words);
}

/** What ECS says of a task of the deployment that did not pass its health checks, the last time that it did. */
async function whyUnhealthy(
  aws: Aws,
  environment: Environment,
  service: string,
  { startedAt }: ActionRun,
): Promise<string | undefined> {
  const { clusterName: cluster, serviceName } = serviceOf(environment, service);
  const { services = [] } = await aws
    .client(ECSClient, environment.identity)
    .send(new DescribeServicesCommand({ cluster, services: [serviceName] }));
  return services[0]?.events?.find(
    ({ createdAt, message }) =>
      (createdAt?.getTime() ?? 0) >= startedAt && message?.includes(" is unhealthy in "),
  )?.message;
}

/** A group or a stream that nobody has written to is not there. */
function nothingWritten(error: unknown): undefined {
  if (!(error instanceof ResourceNotFoundException)) throw error;
}

/**
 * What a failed deployment's hook, or a task of it that ended badly or was never healthy, last wrote to its log: CodeDeploy and ECS tell no more
 * than "Failed" and an exit code. Undefined when nobody wrote anything.
 */
async function lastWords(
  aws: Aws,
  environment: Environment,
  service: string,
  failed: ActionRun,
): Promise<string | undefined> {
  const log =
    (await logOfHook(aws, environment, failed)) ?? (await logOfTask(aws, environment, service, failed));
  if (!log) return undefined;
  const { of, ...place } = log;
  const { events = [] } = await aws
    .client(CloudWatchLogsClient, environment.identity)
    .send(new GetLogEventsCommand({ ...place, limit: shown }));
  const lines = events.flatMap(({ message = "" }) => message.trimEnd().split("\n")).slice(-shown);
  if (lines.length === 0) return undefined;
  return [`the last lines of ${of} in ${log.logGroupName}:`, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** The hook's function names itself in CodeDeploy's message. */
async function logOfHook(
  aws: Aws,
  { identity }: Environment,
  { error }: ActionRun,
): Promise<Log | undefined> {
  const name = / hook arn:\S+:function:([\w-]+)/.exec(error ?? "")?.[1];
  if (name === undefined) return undefined;
  const logGroupName = `/aws/lambda/${name}`;
  const { logStreams = [] } = await aws
    .client(CloudWatchLogsClient, identity)
    .send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", descending: true, limit: 1 }),
    );
  const logStreamName = logStreams[0]?.logStreamName;
  return logStreamName === undefined ? undefined : { of: name, logGroupName, logStreamName };
}

async function logOfTask(
  aws: Aws,
  environment: Environment,
  service: string,
  { startedAt }: ActionRun,
): Promise<Log | undefined> {
  const { clusterName: cluster, serviceName } = serviceOf(environment, service);
  const ecs = aws.client(ECSClient, environment.identity);
  const { taskArns = [] } = await ecs.send(
    new ListTasksCommand({ cluster, serviceName, desiredStatus: "STOPPED" }),
  );
  if (taskArns.length === 0) return undefined;
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns.slice(-100) }));
  const endedBadly = ({ exitCode = 0 }: { exitCode?: number }) => exitCode !== 0;
  const last = tasks.findLast(
    ({ stoppedAt, containers, stoppedReason = "" }) =>
      (stoppedAt?.getTime() ?? 0) >= startedAt &&
      (containers?.some(endedBadly) || stoppedReason.includes("failed ELB health checks")),
  );
  const name = (last?.containers?.find(endedBadly) ?? last?.containers?.[0])?.name;
  if (!last?.taskDefinitionArn || name === undefined) return undefined;
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: last.taskDefinitionArn }),
  );
  const definition = taskDefinition?.containerDefinitions?.find((one) => one.name === name);
  const { "awslogs-group": logGroupName, "awslogs-stream-prefix": prefix } =
    definition?.logConfiguration?.options ?? {};
  if (!logGroupName || !prefix) return undefined;
  return { of: name, logGroupName, logStreamName: `${prefix}/${name}/${last.taskArn?.split("/").at(-1)}` };
}
