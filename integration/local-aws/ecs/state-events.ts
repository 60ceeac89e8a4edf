import type { Aws } from "../core/aws";
import type { EmittedEvents } from "../core/events";
import type { StoredService, StoredTask, StoredTaskSet } from "./model";

export const emits = {
  source: "aws.ecs",
  detailTypes: ["ECS Task State Change", "ECS Service Action"],
} as const satisfies EmittedEvents;
const [taskChange, serviceAction] = emits.detailTypes;

const versions = new WeakMap<StoredTask, number>();

/**
 * Tells EventBridge of a task whose status has changed.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export function tellTask(aws: Aws, { cluster }: StoredService, task: StoredTask): void {
  const version = (versions.get(task) ?? 0) + 1;
  versions.set(task, version);
  const { tags: _tags, ...shown } = task;
  const { account, region } = cluster.state.owner;
  aws.events.put({
    source: emits.source,
    detailType: taskChange,
    account,
    region,
    resources: [task.taskArn],
    detail: { ...shown, updatedAt: aws.clock.now(), version },
  });
}

/**
 * Tells EventBridge what the scheduler did for a service or one of its task sets. Of deployments ("ECS Deployment State
 * Change") only the controller ECS tells; with CODE_DEPLOY a service has none of its own.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
 */
export function tellAction(
  aws: Aws,
  { cluster }: StoredService,
  { arn }: Pick<StoredService | StoredTaskSet, "arn">,
  action: { eventType: "INFO" | "WARN"; eventName: string },
): void {
  const { account, region } = cluster.state.owner;
  aws.events.put({
    source: emits.source,
    detailType: serviceAction,
    account,
    region,
    resources: [arn],
    detail: { ...action, clusterArn: cluster.arn, createdAt: aws.clock.now() },
  });
}
