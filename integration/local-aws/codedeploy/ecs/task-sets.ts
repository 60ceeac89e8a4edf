import {
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeTaskSetsCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServicePrimaryTaskSetCommand,
  type CreateTaskSetCommandInput,
  type TaskSet,
} from "@aws-sdk/client-ecs";
import type { Aws } from "../../core/aws";
import { minutes, seconds } from "../../core/clock";
import type { Steps } from "../deployments/deployer";
import { DeploymentError } from "../deployments/interruption";

export interface ServiceKey {
  cluster: string;
  service: string;
}

/** "This time out period is 60 minutes." https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html */
const installLimit = minutes(60);

/** The task sets of the service that is deployed. */
export class TaskSets {
  private readonly ecs: ECSClient;

  constructor(
    private readonly aws: Aws,
    private readonly steps: Steps,
    private readonly service: ServiceKey,
  ) {
    this.ecs = aws.client(ECSClient, steps.as);
  }

  async create(input: Omit<CreateTaskSetCommandInput, keyof ServiceKey>): Promise<TaskSet> {
    const { taskSet } = await this.ecs.send(new CreateTaskSetCommand({ ...input, ...this.service }));
    return taskSet ?? {};
  }

  async makePrimary(primaryTaskSet: string | undefined): Promise<void> {
    await this.ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...this.service, primaryTaskSet }));
  }

  async delete(taskSet: string): Promise<void> {
    await this.ecs.send(new DeleteTaskSetCommand({ ...this.service, taskSet, force: true }));
  }

  /** Waits until all of its tasks run and are healthy. */
  async steady({ taskSetArn = "", id }: TaskSet): Promise<void> {
    const isSteady = async () => {
      const asked = new DescribeTaskSetsCommand({ ...this.service, taskSets: [taskSetArn] });
      const { taskSets } = await this.ecs.send(asked);
      return taskSets?.[0]?.stabilityStatus === "STEADY_STATE" || undefined;
    };
    const { clock } = this.aws;
    const everyMs = Math.max(seconds(5), 50 * clock.speed);
    const { signal } = this.steps;
    const steady = await clock.until(isSteady, { everyMs, limitMs: installLimit, signal });
    this.steps.throwIfStopped();
    if (steady) return;
    throw new DeploymentError(
      "TIMEOUT",
      "The deployment timed out while waiting for the replacement task set to become healthy. This time out " +
        `period is 60 minutes.${await this.lastStop(id)}`,
    );
  }

  /** Why a task of the set ended last, as a sentence; AWS leaves it to people to look for it. */
  private async lastStop(startedBy: string | undefined): Promise<string> {
    const { cluster } = this.service;
    const listed = new ListTasksCommand({ cluster, startedBy, desiredStatus: "STOPPED" });
    const last = (await this.ecs.send(listed)).taskArns?.at(-1);
    if (!last) return "";
    const { tasks } = await this.ecs.send(new DescribeTasksCommand({ cluster, tasks: [last] }));
    return ` A task of it ended: ${tasks?.[0]?.stoppedReason}.`;
  }
}
