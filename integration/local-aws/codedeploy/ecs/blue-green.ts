import type { DeploymentTarget, TargetGroupPairInfo } from "@aws-sdk/client-codedeploy";
import type { Service } from "@aws-sdk/client-ecs";
import type { Aws } from "../../core/aws";
import type { Order, Progress, Rollout, Steps } from "../deployments/deployer";
import type { AppSpec, HookEvent } from "./appspec";
import { findBlue } from "./find-blue";
import { GiveBack } from "./give-back";
import { describeTarget } from "./targets";
import { TaskSets, type ServiceKey } from "./task-sets";
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

/** One blue/green deployment of a service, step by step. */
export class BlueGreen implements Rollout {
  readonly lifecycle = lifecycle;
  readonly targetId: string;
  private readonly service: ServiceKey;
  private readonly pair: TargetGroupPairInfo;
  private blue?: string;
  private green?: string;
  /** Set when something has been changed. */
  private giveBack?: GiveBack;

  constructor(
    private readonly aws: Aws,
    private readonly order: Order,
    private readonly appSpec: AppSpec,
  ) {
    const { clusterName: cluster = "", serviceName: service = "" } = order.group.ecsServices?.[0] ?? {};
    this.service = { cluster, service };
    this.targetId = `${cluster}:${service}`;
    this.pair = order.info.loadBalancerInfo?.targetGroupPairInfoList?.[0] ?? {};
  }

  async run(steps: Steps): Promise<void> {
    const taskSets = new TaskSets(this.aws, steps, this.service);
    const { service, blue, route } = await findBlue(
      this.aws,
      steps.as,
      this.service,
      this.appSpec,
      this.pair,
    );
    this.blue = blue;
    const step = (event: Event, work: () => Promise<void>) => steps.step(event, work);
    const hook = (event: HookEvent) => steps.hook(event, this.appSpec.hooks[event]);
    await hook("BeforeInstall");
    await step("Install", () => this.install(taskSets, service, blue, route));
    await hook("AfterInstall");
    await step("AllowTestTraffic", () => route.shiftTest(100));
    await hook("AfterAllowTestTraffic");
    await steps.readyWait();
    await hook("BeforeAllowTraffic");
    await step("AllowTraffic", async () => {
      await steps.shiftTraffic((percent) => route.shiftProduction(percent));
      await taskSets.makePrimary(this.green);
    });
    await hook("AfterAllowTraffic");
    if (await steps.terminationWait()) await taskSets.delete(blue);
  }

  undo(): Rollout | undefined {
    return this.giveBack;
  }

  describe(progress: Progress): Promise<DeploymentTarget> {
    const { aws, order, service, pair, blue, green } = this;
    return describeTarget(aws, order.owner, service, pair, { blue, green }, progress);
  }

  private async install(
    taskSets: TaskSets,
    service: Service,
    blue: string,
    route: TrafficRoute,
  ): Promise<void> {
    const { appSpec } = this;
    const current = service.taskSets?.find(({ taskSetArn }) => taskSetArn === blue);
    // With weight 0 the group is in use, so that its targets are checked from the first one on: a target of a group
    // that is not in use counts as ready.
    await route.shiftProduction(0);
    const green = await taskSets.create({
      externalId: this.order.info.deploymentId,
      taskDefinition: appSpec.taskDefinition,
      launchType: "FARGATE",
      platformVersion: appSpec.platformVersion ?? current?.platformVersion,
      networkConfiguration: appSpec.networkConfiguration
        ? { awsvpcConfiguration: appSpec.networkConfiguration }
        : current?.networkConfiguration,
      loadBalancers: [
        {
          targetGroupArn: route.green.arn,
          containerName: appSpec.containerName,
          containerPort: appSpec.containerPort,
        },
      ],
      scale: { value: 100, unit: "PERCENT" },
    });
    this.green = green.taskSetArn;
    if (this.green) this.giveBack = new GiveBack(this.aws, this.service, route, blue, this.green, this);
    await taskSets.steady(green);
  }
}
