import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import { type Duration, toMinutes } from "../../lib/duration";
import { Role, type Statement, trustService } from "../iam/role";
import { physicalName } from "../../lib/naming";
import type { ServiceAlarms } from "../observability/service-alarms";
import type { TrafficRoutes } from "./traffic-routes";

/** How production traffic moves to a new version. */
export interface DeploymentArgs {
  /**
   * Share of the traffic that the new version gets first; 100 is all at once.
   * @example 10
   */
  canaryPercent: number;
  /**
   * How long the first share stays before the rest follows. Whole minutes.
   * @example "5 minutes"
   */
  canaryInterval: Duration;
  /**
   * How long the old version stays after that, to return to. The alarms are watched until its end. Whole minutes.
   * @example "5 minutes"
   */
  terminationWait: Duration;
}

/** What CodeDeploy and the pipeline call things, computable before they exist. */
export function codeDeployNames(environment: string, service: string) {
  const name = physicalName("codeDeploy", "greenroom", environment, service);
  return { applicationName: name, deploymentGroupName: name };
}

export interface CodeDeployStrategyArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  /** @example cluster.name */
  clusterName: pulumi.Input<string>;
  ecsService: aws.ecs.Service;
  routes: TrafficRoutes;
  alarms: ServiceAlarms;
  deployment: DeploymentArgs;
  /**
   * @default no hook
   * @example hook.arn
   */
  hookFunctionArn?: pulumi.Input<string>;
  /**
   * Roles of the tasks that CodeDeploy starts.
   * @example [taskRole.arn, executionRole.arn]
   */
  taskRoleArns: pulumi.Input<string>[];
}

/** Blue/green and canary by CodeDeploy: application, deployment configuration and group, with automatic rollback. */
export class CodeDeployStrategy extends pulumi.ComponentResource {
  readonly applicationName: pulumi.Output<string>;
  readonly deploymentGroupName: pulumi.Output<string>;
  readonly deploymentConfigName: pulumi.Output<string>;
  readonly nodes: {
    application: aws.codedeploy.Application;
    deploymentConfig?: aws.codedeploy.DeploymentConfig;
    deploymentGroup: aws.codedeploy.DeploymentGroup;
    role: Role;
  };

  constructor(name: string, args: CodeDeployStrategyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:CodeDeployStrategy", name, {}, opts);
    const child = { parent: this };
    const { applicationName, deploymentGroupName } = codeDeployNames(args.context.environment, args.service);

    const application = new aws.codedeploy.Application(
      `${name}-application`,
      { name: applicationName, computePlatform: "ECS" },
      child,
    );
    const deploymentConfig = this.deploymentConfig(name, args);
    this.deploymentConfigName =
      deploymentConfig?.deploymentConfigName ?? pulumi.output("CodeDeployDefault.ECSAllAtOnce");
    const role = new Role(
      `${name}-code-deploy`,
      {
        roleName: `${applicationName}-code-deploy`,
        description: `Moves ${args.service} to a new version in ${args.context.environment}`,
        trust: trustService("codedeploy.amazonaws.com"),
        statements: codeDeployStatements(args),
      },
      child,
    );

    const deploymentGroup = new aws.codedeploy.DeploymentGroup(
      `${name}-deployment-group`,
      {
        appName: application.name,
        deploymentGroupName,
        deploymentConfigName: this.deploymentConfigName,
        serviceRoleArn: role.arn,
        deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
        ecsService: { clusterName: args.clusterName, serviceName: args.ecsService.name },
        loadBalancerInfo: {
          targetGroupPairInfo: {
            prodTrafficRoute: { listenerArns: [args.routes.production.arn] },
            testTrafficRoute: { listenerArns: [args.routes.test.arn] },
            targetGroups: [{ name: args.routes.blue.name }, { name: args.routes.green.name }],
          },
        },
        blueGreenDeploymentConfig: {
          deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
          terminateBlueInstancesOnDeploymentSuccess: {
            action: "TERMINATE",
            terminationWaitTimeInMinutes: toMinutes(args.deployment.terminationWait),
          },
        },
        // https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
        autoRollbackConfiguration: {
          enabled: true,
          events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
        // An alarm that cannot be asked stops a deployment, too: ignorePollAlarmFailure is false.
        alarmConfiguration: { enabled: true, alarms: args.alarms.names, ignorePollAlarmFailure: false },
      },
      child,
    );

    this.nodes = { application, deploymentConfig, deploymentGroup, role };
    this.applicationName = application.name;
    this.deploymentGroupName = deploymentGroup.deploymentGroupName;
    this.registerOutputs({ deploymentGroupName: this.deploymentGroupName });
  }

  /** A configuration cannot be changed, so that its name says what it is and another one is made beside it. */
  private deploymentConfig(name: string, args: CodeDeployStrategyArgs) {
    const { canaryPercent, canaryInterval } = args.deployment;
    if (canaryPercent === 100) return undefined;
    const interval = toMinutes(canaryInterval);
    return new aws.codedeploy.DeploymentConfig(
      `${name}-deployment-config`,
      {
        deploymentConfigName: physicalName(
          "codeDeploy",
          `greenroom-${args.context.environment}-${args.service}`,
          `canary-${String(canaryPercent)}-percent-${String(interval)}-minutes`,
        ),
        computePlatform: "ECS",
        trafficRoutingConfig: {
          type: "TimeBasedCanary",
          timeBasedCanary: { interval, percentage: canaryPercent },
        },
      },
      { parent: this },
    );
  }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html */
function codeDeployStatements(args: CodeDeployStrategyArgs): Statement[] {
  const { ecsService, routes } = args;
  const { account } = args.context;
  const listeners = [routes.production.arn, routes.test.arn];
  const taskSets = pulumi.interpolate`task-set/${args.clusterName}/${ecsService.name}/*`;
  return [
    {
      actions: [
        "ecs:CreateTaskSet",
        "ecs:DeleteTaskSet",
        "ecs:DescribeServices",
        "ecs:UpdateServicePrimaryTaskSet",
      ],
      resources: [
        account.arn("ecs", pulumi.interpolate`service/${args.clusterName}/${ecsService.name}`),
        account.arn("ecs", taskSets),
      ],
    },
    {
      actions: ["iam:PassRole"],
      resources: args.taskRoleArns,
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    {
      actions: ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"],
      resources: [
        ...listeners,
        ...listeners.map((arn) => arn.apply((a) => `${a.replace(":listener/", ":listener-rule/")}/*`)),
      ],
    },
    {
      // The Describe operations of load balancers have no resource-level permission.
      actions: [
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
      ],
      resources: ["*"],
    },
    ...(args.hookFunctionArn === undefined
      ? []
      : [{ actions: ["lambda:InvokeFunction"], resources: [args.hookFunctionArn] }]),
    // A list operation: it is allowed for all alarms of the account or none.
    { actions: ["cloudwatch:DescribeAlarms"], resources: [account.arn("cloudwatch", "alarm:*")] },
  ];
}
