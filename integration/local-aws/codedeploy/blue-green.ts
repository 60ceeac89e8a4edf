import type { DeploymentReadyAction, ErrorCode, TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import {
  CreateTaskSetCommand,
  DeleteTaskSetCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTaskSetsCommand,
  ECSClient,
  UpdateServicePrimaryTaskSetCommand,
  type Service,
  type TaskSet,
} from "@aws-sdk/client-ecs";
import type { Aws, Identity } from "../core/aws";
import { minutes, seconds } from "../core/clock";
import type { HookEvent } from "./appspec";
import { runHook } from "./hooks";
import { DeploymentError, messageOf } from "./interruption";
import type { Deployment } from "./model";
import { TrafficRoute } from "./traffic-route";

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
    const { service, blue } = await this.findBlue();
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

  /** What runs now, and whether this deployment can be held at all; nothing has been changed when this fails. */
  private async findBlue(): Promise<{ service: Service; blue: string }> {
    const { aws, as, deployment } = this;
    const { cluster, service: name } = this.service;
    const wrong = (message: string) => new DeploymentError("INVALID_ECS_SERVICE", message);
    const answer = await this.ecs
      .send(new DescribeServicesCommand({ cluster, services: [name] }))
      .catch(
        refusedAs("INVALID_ECS_SERVICE", `The service ${name} of the cluster ${cluster} cannot be read`),
      );
    const service = answer.services?.[0];
    if (service?.status !== "ACTIVE")
      throw wrong(`The service ${name} of the cluster ${cluster} is not active.`);
    if (service.deploymentController?.type !== "CODE_DEPLOY") {
      throw wrong(`The deployment controller of the service ${name} must be CODE_DEPLOY.`);
    }
    const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
    if (!primary?.taskSetArn) throw wrong(`The service ${name} has no primary task set.`);
    const others = service.taskSets?.filter(({ status }) => status === "ACTIVE") ?? [];
    if (others.length > 0) {
      throw wrong(
        `The service ${name} has another active task set, ${others[0]?.id}: a deployment ended without a rollback. ` +
          "Give all traffic to one target group and delete the task set of the other.",
      );
    }

    const { taskDefinition, containerName, containerPort } = deployment.appSpec;
    const described = await this.ecs
      .send(new DescribeTaskDefinitionCommand({ taskDefinition }))
      .catch(refusedAs("INVALID_REVISION", "The AppSpec's task definition cannot be read"));
    const containers = described.taskDefinition?.containerDefinitions ?? [];
    const container = containers.find((one) => one.name === containerName);
    if (!container) {
      const names = containers.map((one) => one.name).join(", ");
      throw wrong(
        `The AppSpec names the container "${containerName}", which ${taskDefinition} lacks; it has ${names}.`,
      );
    }
    if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
      throw wrong(
        `The AppSpec names port ${containerPort}, which the container "${containerName}" of ${taskDefinition} lacks.`,
      );
    }
    const pair = deployment.info.loadBalancerInfo?.targetGroupPairInfoList?.[0];
    const route = await TrafficRoute.find(aws, as, pair ?? {});
    if (!primary.loadBalancers?.some(({ targetGroupArn }) => targetGroupArn === route.blue.arn)) {
      throw wrong(`The primary task set's target group must be behind the listener; ${route.blue.name} is.`);
    }
    this.route = route;
    deployment.target.blueTaskSet = primary.taskSetArn;
    return { service, blue: primary.taskSetArn };
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
        "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.",
      );
    }
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

const refusedAs = (code: ErrorCode, what: string) => (error: unknown) => {
  throw new DeploymentError(code, `${what}: ${messageOf(error)}`);
};
