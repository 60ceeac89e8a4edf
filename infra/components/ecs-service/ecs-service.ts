import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type OwnResources, directoryOf } from "../../definitions";
import type { Service } from "../../definitions/overrides";
import type { Account } from "../account";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import {
  CodeDeployStrategy,
  type CodeDeployStrategyArgs,
  type DeploymentArgs,
  codeDeployNames,
} from "./code-deploy-strategy";
import { type Transform, transformed } from "../../lib/transform";
import { HookFunction } from "./hook-function";
import { ImageRepository } from "../storage/image-repository";
import { LoadBalancer, type LoadBalancerArgs } from "../network/load-balancer";
import type { Network } from "../network/network";
import { ReleaseTemplates } from "./release-templates";
import { ServiceAlarms } from "../observability/service-alarms";
import { TaskDefinition, type TaskDefinitionArgs } from "./task-definition";
import { TrafficRoutes, type TrafficRoutesArgs } from "./traffic-routes";

export interface BlueGreenServiceArgs {
  account: Account;
  environment: string;
  service: Service;
  network: Network;
  cluster: aws.ecs.Cluster;
  /** What the service has of its own. */
  own: OwnResources;
  /** Addresses of the services that it uses, by environment variable. */
  addresses: Record<string, pulumi.Input<string>>;
  /** Where the templates go that the service's pipeline makes its releases from. */
  artifactBucket: ArtifactBucket;
  /** @default HTTP on 80 instead of HTTPS on 443 */
  certificateArn?: string;
  testPort: number;
  deployment: DeploymentArgs;
  /** Answers with a 5xx status in a minute that roll a deployment back. */
  target5xxPerMinute: number;
  logRetentionDays: number;
  /** Reaches the children of the parts, too. */
  transform?: { service?: Transform<aws.ecs.ServiceArgs> } & TaskDefinitionArgs["transform"] &
    LoadBalancerArgs["transform"] &
    TrafficRoutesArgs["transform"] &
    CodeDeployStrategyArgs["transform"];
}

/**
 * A container service that is released blue/green behind its own load balancer.
 *
 * Pulumi owns everything here except the running revision: task definition, network of the tasks, target group and
 * listener actions are the pipeline's, and their changes are ignored.
 */
export class BlueGreenService extends pulumi.ComponentResource {
  readonly repository: ImageRepository;
  readonly loadBalancer: LoadBalancer;
  readonly routes: TrafficRoutes;
  readonly alarms: ServiceAlarms;
  readonly taskDefinition: TaskDefinition;
  readonly templates: ReleaseTemplates;
  readonly strategy: CodeDeployStrategy;
  readonly serviceName: pulumi.Output<string>;
  readonly nodes: { service: aws.ecs.Service; securityGroup: aws.ec2.SecurityGroup; hook?: HookFunction };

  constructor(name: string, args: BlueGreenServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:BlueGreenService", name, {}, opts);
    const child = { parent: this };
    const { account, environment, network, service } = args;
    const { certificateArn, testPort, logRetentionDays, transform } = args;
    const ids = { environment, service: service.name };
    const { applicationName, deploymentGroupName } = codeDeployNames(environment, service.name);

    this.repository = new ImageRepository(name, ids, child);
    this.taskDefinition = new TaskDefinition(
      name,
      {
        account,
        environment,
        service,
        repository: this.repository,
        own: args.own,
        addresses: args.addresses,
        logRetentionDays,
        transform,
      },
      child,
    );
    this.loadBalancer = new LoadBalancer(
      name,
      {
        ...ids,
        network,
        certificateArn,
        domainName: service.domainName,
        testPort,
        targetPort: service.port,
        transform,
      },
      child,
    );
    this.routes = new TrafficRoutes(
      name,
      {
        ...ids,
        network,
        loadBalancer: this.loadBalancer,
        certificateArn,
        testPort,
        targetPort: service.port,
        healthCheckPath: service.healthCheckPath,
        transform,
      },
      child,
    );
    const securityGroup = this.taskSecurityGroup(name, args);
    const ecsService = this.ecsService(name, args, securityGroup);
    this.alarms = new ServiceAlarms(
      name,
      {
        ...ids,
        loadBalancer: this.loadBalancer,
        targetGroups: this.routes,
        target5xxPerMinute: args.target5xxPerMinute,
      },
      child,
    );
    const hook =
      service.hook === undefined
        ? undefined
        : new HookFunction(
            name,
            {
              ...ids,
              network,
              source: `${directoryOf(service)}/${service.hook}`,
              testUrl: this.loadBalancer.testUrl,
              // By name: the group's own ARN would make a circle, as CodeDeploy's role names the hook.
              deploymentGroupArn: account.arn(
                "codedeploy",
                `deploymentgroup:${applicationName}/${deploymentGroupName}`,
              ),
              logRetentionDays,
            },
            child,
          );
    this.templates = new ReleaseTemplates(
      name,
      {
        service: service.name,
        port: service.port,
        bucket: args.artifactBucket,
        taskDefinition: this.taskDefinition.template,
        subnetIds: network.privateSubnetIds,
        securityGroupId: securityGroup.id,
        hookFunctionArn: hook?.arn,
      },
      child,
    );
    // Another strategy, ECS's own blue/green for example, would be another component beside this one, and would change
    // the deployment controller and the load balancers of `ecsService`.
    this.strategy = new CodeDeployStrategy(
      name,
      {
        ...ids,
        account,
        clusterName: args.cluster.name,
        ecsService,
        routes: this.routes,
        alarms: this.alarms,
        deployment: args.deployment,
        hookFunctionArn: hook?.arn,
        taskRoleArns: this.taskDefinition.roleArns,
        transform,
      },
      child,
    );

    this.nodes = { service: ecsService, securityGroup, hook };
    this.serviceName = ecsService.name;
    this.registerOutputs({ serviceName: this.serviceName, serviceUrl: this.loadBalancer.serviceUrl });
  }

  private taskSecurityGroup(name: string, args: BlueGreenServiceArgs) {
    return new aws.ec2.SecurityGroup(
      `${name}-tasks`,
      {
        description: `Tasks of ${args.service.name} in ${args.environment}`,
        vpcId: args.network.vpcId,
        ingress: [
          {
            description: "The load balancer",
            protocol: "tcp",
            fromPort: args.service.port,
            toPort: args.service.port,
            securityGroups: [this.loadBalancer.securityGroupId],
          },
        ],
        egress: [{ description: "Out", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      },
      { parent: this },
    );
  }

  private ecsService(name: string, args: BlueGreenServiceArgs, securityGroup: aws.ec2.SecurityGroup) {
    return new aws.ecs.Service(
      ...transformed<aws.ecs.ServiceArgs>(
        args.transform?.service,
        `${name}-service`,
        {
          name: args.service.name,
          cluster: args.cluster.arn,
          launchType: "FARGATE",
          deploymentController: { type: "CODE_DEPLOY" },
          desiredCount: args.service.desiredCount,
          taskDefinition: this.taskDefinition.bootstrapArn,
          networkConfiguration: {
            subnets: args.network.privateSubnetIds,
            securityGroups: [securityGroup.id],
            assignPublicIp: false,
          },
          loadBalancers: [
            {
              targetGroupArn: this.routes.blue.arn,
              containerName: args.service.name,
              containerPort: args.service.port,
            },
          ],
          healthCheckGracePeriodSeconds: 60,
          propagateTags: "SERVICE",
        },
        {
          parent: this,
          // A target group must be on a listener before a service can use it.
          dependsOn: [this.routes.production],
          // The revision is the pipeline's. ECS refuses these changes for a service that CodeDeploy deploys; they
          // reach it by the templates. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
          ignoreChanges: ["taskDefinition", "loadBalancers", "networkConfiguration", "platformVersion"],
        },
      ),
    );
  }
}
