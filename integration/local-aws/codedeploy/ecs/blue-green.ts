import type { DeploymentReadyAction, TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import {
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeTaskSetsCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServicePrimaryTaskSetCommand,
  type Service,
  type TaskSet,
} from "@aws-sdk/client-ecs";
import type { Aws, Identity } from "../../core/aws";
import { minutes, seconds } from "../../core/clock";
import type { HookEvent } from "./appspec";
import { findBlue } from "./find-blue";
import { runHook } from "../deployments/hooks";
import { DeploymentError } from "../deployments/interruption";
import type { Deployment } from "../model";
import { tellState } from "../deployments/state-events";
import type { TrafficRoute } from "./traffic-route";

/** The lifecycle of an Amazon ECS deployment. https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html */
export const lifecycle = [
  "BeforeInstall",
  "Install",
  "AfterInstall",
  "AllowTestTraffic",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AllowTraffic",
  "AfterAllowTraffic",
] as const;
type Event = (typeof lifecycle)[number];

/** "This time out period is 60 minutes." https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html */
const installLimit = minutes(60);

/** One blue/green deployment of a service, step by step. Throws a DeploymentError when it cannot go on. */
export class BlueGreen {
  private readonly ecs: ECSClient;
  private readonly service: { cluster: string; service: string };
  private route?: TrafficRoute;

  constructor(
    private readonly aws: Aws,
    private readonly as: Identity,
    private readonly deployment: Deployment,
    private readonly routing: TrafficRoutingConfig,
  ) {
    this.ecs = aws.client(ECSClient, as);
    const { clusterName, serviceName } = deployment.group.info.ecsServices?.[0] ?? {};
    this.service = { cluster: clusterName ?? "", service: serviceName ?? "" };
  }

  async run(): Promise<void> {
    const { deployment } = this;
    // As the group was when the deployment was created.
    const blueGreen = deployment.info.blueGreenDeploymentConfiguration;
    const { service, blue, route } = await findBlue(this.aws, this.as, deployment);
    this.route = route;
    deployment.target.blueTaskSet = blue;
    await this.hook("BeforeInstall");
    await this.step("Install", () => this.install(service, blue));
    await this.hook("AfterInstall");
    await this.step("AllowTestTraffic", async () => this.live.shiftTest(100));
    await this.hook("AfterAllowTestTraffic");
    await this.ready(blueGreen?.deploymentReadyOption);
    await this.hook("BeforeAllowTraffic");
    await this.step("AllowTraffic", () => this.allowTraffic());
    await this.hook("AfterAllowTraffic");
    // "…the original task set is terminated" after the wait; until then an alarm or a person can have it back.
    const terminate = blueGreen?.terminateBlueInstancesOnDeploymentSuccess;
    if (terminate?.action === "KEEP_ALIVE") return;
    deployment.info.instanceTerminationWaitTimeStarted = true;
    await this.pause(
      minutes(terminate?.terminationWaitTimeInMinutes ?? 0),
      deployment.continued.termination.signal,
    );
    await this.deleteTaskSet(blue);
  }

  /** Gives all traffic back to the original task set, at once, and removes the replacement. */
  async rollBack(): Promise<void> {
    const { blueTaskSet, greenTaskSet } = this.deployment.target;
    if (this.route) {
      await this.route.shiftProduction(0);
      await this.route.shiftTest(0);
    }
    if (blueTaskSet && greenTaskSet) {
      await this.ecs.send(
        new UpdateServicePrimaryTaskSetCommand({ ...this.service, primaryTaskSet: blueTaskSet }),
      );
    }
    if (greenTaskSet) await this.deleteTaskSet(greenTaskSet);
  }

  private get live(): TrafficRoute {
    if (!this.route) throw new Error("the traffic route is known only after Install has begun");
    return this.route;
  }

  private async install(service: Service, blue: string): Promise<void> {
    const { deployment, live } = this;
    const { appSpec } = deployment;
    const current = service.taskSets?.find(({ taskSetArn }) => taskSetArn === blue);
    // With weight 0 the group is in use, so that its targets are checked from the first one on: a target of a group
    // that is not in use counts as ready.
    await live.shiftProduction(0);
    const created = await this.ecs.send(
      new CreateTaskSetCommand({
        ...this.service,
        externalId: deployment.info.deploymentId,
        taskDefinition: appSpec.taskDefinition,
        launchType: "FARGATE",
        platformVersion: appSpec.platformVersion ?? current?.platformVersion,
        networkConfiguration: appSpec.networkConfiguration
          ? { awsvpcConfiguration: appSpec.networkConfiguration }
          : current?.networkConfiguration,
        loadBalancers: [
          {
            targetGroupArn: live.green.arn,
            containerName: appSpec.containerName,
            containerPort: appSpec.containerPort,
          },
        ],
        scale: { value: 100, unit: "PERCENT" },
      }),
    );
    deployment.target.greenTaskSet = created.taskSet?.taskSetArn;
    const steady = await this.aws.clock.until(() => this.greenIsSteady(), {
      everyMs: Math.max(seconds(5), 50 * this.aws.clock.speed),
      limitMs: installLimit,
      signal: deployment.interruption.signal,
    });
    deployment.interruption.throwIfRaised();
    if (!steady) {
      throw new DeploymentError(
        "TIMEOUT",
        "The deployment timed out while waiting for the replacement task set to become healthy. This time out " +
          `period is 60 minutes.${await this.lastStop(created.taskSet?.id)}`,
      );
    }
  }

  /** Why a task of the set ended last, as a sentence; AWS leaves it to people to look for it. */
  private async lastStop(startedBy: string | undefined): Promise<string> {
    const { cluster } = this.service;
    const { taskArns = [] } = await this.ecs.send(
      new ListTasksCommand({ cluster, startedBy, desiredStatus: "STOPPED" }),
    );
    const last = taskArns.at(-1);
    if (!last) return "";
    const { tasks } = await this.ecs.send(new DescribeTasksCommand({ cluster, tasks: [last] }));
    return ` A task of it ended: ${tasks?.[0]?.stoppedReason}.`;
  }

  private async greenIsSteady(): Promise<TaskSet | undefined> {
    const { greenTaskSet } = this.deployment.target;
    const answer = await this.ecs.send(
      new DescribeTaskSetsCommand({ ...this.service, taskSets: [greenTaskSet ?? ""] }),
    );
    const set = answer.taskSets?.[0];
    return set?.stabilityStatus === "STEADY_STATE" ? set : undefined;
  }

  /** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-ecs */
  private async allowTraffic(): Promise<void> {
    const { type, timeBasedCanary, timeBasedLinear } = this.routing;
    if (type === "TimeBasedCanary") {
      await this.live.shiftProduction(timeBasedCanary?.canaryPercentage ?? 0);
      await this.pause(minutes(timeBasedCanary?.canaryInterval ?? 0));
    } else if (type === "TimeBasedLinear") {
      const step = timeBasedLinear?.linearPercentage ?? 100;
      for (let percent = step; percent < 100; percent += step) {
        await this.live.shiftProduction(percent);
        await this.pause(minutes(timeBasedLinear?.linearInterval ?? 0));
      }
    }
    await this.live.shiftProduction(100);
    const { greenTaskSet } = this.deployment.target;
    await this.ecs.send(
      new UpdateServicePrimaryTaskSetCommand({ ...this.service, primaryTaskSet: greenTaskSet }),
    );
  }

  /** STOP_DEPLOYMENT waits for a person's ContinueDeployment, and stops when nobody comes. */
  private async ready(
    option: { actionOnTimeout?: DeploymentReadyAction; waitTimeInMinutes?: number } | undefined,
  ) {
    const { info, continued } = this.deployment;
    if (option?.actionOnTimeout !== "STOP_DEPLOYMENT") return;
    info.status = "Ready";
    tellState(this.aws, this.deployment, "READY");
    info.deploymentOverview = { ...info.deploymentOverview, InProgress: 0, Ready: 1 };
    await this.pause(minutes(option.waitTimeInMinutes ?? 0), continued.ready.signal);
    if (!continued.ready.signal.aborted) {
      throw new DeploymentError(
        "TIMEOUT",
        "Nobody continued the deployment in time.",
        "DEPLOYMENT_STOP_ON_REQUEST",
      );
    }
    info.status = "InProgress";
    info.deploymentOverview = { ...info.deploymentOverview, InProgress: 1, Ready: 0 };
  }

  private async deleteTaskSet(taskSet: string): Promise<void> {
    await this.ecs.send(new DeleteTaskSetCommand({ ...this.service, taskSet, force: true }));
  }

  /** Waits in one piece, or until `sooner`: the prediction of how long a deployment takes is the sum of its waits. */
  private async pause(awsMs: number, sooner?: AbortSignal): Promise<void> {
    const { interruption } = this.deployment;
    const signals = sooner ? [interruption.signal, sooner] : [interruption.signal];
    await this.aws.clock.sleep(awsMs, AbortSignal.any(signals));
    interruption.throwIfRaised();
  }

  private async hook(event: HookEvent): Promise<void> {
    const functionName = this.deployment.appSpec.hooks[event];
    await this.step(event, async () => {
      if (functionName) await runHook(this.aws, this.as, this.deployment, event, functionName);
    });
  }

  private async step(name: Event, work: () => Promise<void>): Promise<void> {
    const { events, interruption, target } = this.deployment;
    const { clock } = this.aws;
    const event = events.find(({ lifecycleEventName }) => lifecycleEventName === name);
    if (!event) throw new Error(`${name} is no event of this deployment`);
    interruption.throwIfRaised();
    event.startTime = clock.now();
    event.status = "InProgress";
    try {
      await work();
      interruption.throwIfRaised();
      event.status = "Succeeded";
    } catch (error) {
      event.status = "Failed";
      event.diagnostics = {
        errorCode: "UnknownError",
        message: error instanceof Error ? error.message : String(error),
      };
      throw error;
    } finally {
      event.endTime = clock.now();
      target.updatedAt = event.endTime;
    }
  }
}
