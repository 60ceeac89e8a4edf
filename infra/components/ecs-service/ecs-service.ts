import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LoadBalancer } from "../network/load-balancer";
import { ServiceAlarms } from "../observability/service-alarms";
import type { Promoted, ReleaseTarget, TargetBuild, Templates } from "../release-target";
import { ImageRepository } from "../storage/image-repository";
import type { EcsServiceArgs } from "./args";
import { CodeDeployStrategy, codeDeployNames } from "./code-deploy-strategy";
import { deployAction } from "./deploy-action";
import { HookFunction } from "./hook-function";
import { imageBuild, promotedImage } from "./images";
import { ReleaseTemplates } from "./release-templates";
import { TaskDefinition } from "./task-definition";
import { TrafficRoutes } from "./traffic-routes";

/**
 * A container service that is released blue/green behind its own load balancer.
 *
 * Pulumi owns everything here except the running revision: task definition, network of the tasks, target group and
 * listener actions are the pipeline's, and their changes are ignored.
 */
export class EcsService extends pulumi.ComponentResource implements ReleaseTarget {
  readonly repository: ImageRepository;
  readonly loadBalancer: LoadBalancer;
  readonly routes: TrafficRoutes;
  readonly alarms: ServiceAlarms;
  readonly taskDefinition: TaskDefinition;
  readonly strategy: CodeDeployStrategy;
  readonly serviceName: pulumi.Output<string>;
  readonly build: TargetBuild;
  readonly tests: TargetBuild;
  readonly templates: Templates;
  readonly promoted: Promoted;
  readonly url: pulumi.Output<string>;
  readonly nodes: { service: aws.ecs.Service; securityGroup: aws.ec2.SecurityGroup; hook?: HookFunction };

  constructor(
    name: string,
    private readonly args: EcsServiceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "greenroom:infra:EcsService",
      name,
      {},
      // Its name before there were kinds of services. What it has keeps the customers, and must not be replaced.
      pulumi.mergeOptions(opts, { aliases: [{ type: "greenroom:infra:BlueGreenService" }] }),
    );
    const child = { parent: this };
    const { context, service, artifactBucket, network, port } = args;
    const { environment } = context;

    this.repository = new ImageRepository(name, { context, service }, child);
    this.taskDefinition = new TaskDefinition(name, { ...args, repository: this.repository }, child);
    this.loadBalancer = new LoadBalancer(name, { ...args, targetPort: port }, child);
    this.routes = new TrafficRoutes(
      name,
      { ...args, loadBalancer: this.loadBalancer, targetPort: port },
      child,
    );
    const securityGroup = this.taskSecurityGroup(name);
    const ecsService = this.ecsService(name, securityGroup);
    this.alarms = new ServiceAlarms(
      name,
      { ...args, loadBalancer: this.loadBalancer, targetGroups: this.routes },
      child,
    );
    const hook = this.hook(name);
    const templates = new ReleaseTemplates(
      name,
      {
        service,
        port,
        bucket: artifactBucket,
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
        context,
        service,
        clusterName: args.cluster.name,
        ecsService,
        routes: this.routes,
        alarms: this.alarms,
        deployment: args.deployment,
        hookFunctionArn: hook?.arn,
        taskRoleArns: this.taskDefinition.roleArns,
      },
      child,
    );

    this.build = imageBuild(this.repository, args.buildspec, args.buildImage);
    this.tests = {
      what: "tests",
      buildspec: args.integrationBuildspec,
      image: args.buildImage,
      docker: false,
      environment: { SERVICE_URL: this.loadBalancer.serviceUrl, ENVIRONMENT: environment },
      statements: [],
    };
    this.templates = { bucket: artifactBucket, key: templates.key, object: templates.nodes.object };
    this.promoted = promotedImage(service, this.repository);
    this.url = this.loadBalancer.serviceUrl;
    this.nodes = { service: ecsService, securityGroup, hook };
    this.serviceName = ecsService.name;
    this.registerOutputs({ serviceName: this.serviceName, serviceUrl: this.url });
  }

  deploy(release: string) {
    const { strategy, taskDefinition } = this;
    const { context, artifactBucket } = this.args;
    return deployAction(release, { context, strategy, taskDefinition, artifactBucket });
  }

  private hook(name: string): HookFunction | undefined {
    const { context, service, network, hook } = this.args;
    if (hook === undefined) return undefined;
    const { applicationName, deploymentGroupName } = codeDeployNames(context.environment, service);
    return new HookFunction(
      name,
      {
        context,
        service,
        network,
        source: hook,
        testUrl: this.loadBalancer.testUrl,
        // By name: the group's own ARN would make a circle, as CodeDeploy's role names the hook.
        deploymentGroupArn: context.account.arn(
          "codedeploy",
          `deploymentgroup:${applicationName}/${deploymentGroupName}`,
        ),
      },
      { parent: this },
    );
  }

  private taskSecurityGroup(name: string) {
    return new aws.ec2.SecurityGroup(
      `${name}-tasks`,
      {
        description: `Tasks of ${this.args.service} in ${this.args.context.environment}`,
        vpcId: this.args.network.vpcId,
        ingress: [
          {
            description: "The load balancer",
            protocol: "tcp",
            fromPort: this.args.port,
            toPort: this.args.port,
            securityGroups: [this.loadBalancer.securityGroupId],
          },
        ],
        egress: [{ description: "Out", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      },
      { parent: this },
    );
  }

  private ecsService(name: string, securityGroup: aws.ec2.SecurityGroup) {
    return new aws.ecs.Service(
      `${name}-service`,
      {
        name: this.args.service,
        cluster: this.args.cluster.arn,
        launchType: "FARGATE",
        deploymentController: { type: "CODE_DEPLOY" },
        desiredCount: this.args.desiredCount,
        taskDefinition: this.taskDefinition.bootstrapArn,
        networkConfiguration: {
          subnets: this.args.network.privateSubnetIds,
          securityGroups: [securityGroup.id],
          assignPublicIp: false,
        },
        loadBalancers: [
          {
            targetGroupArn: this.routes.blue.arn,
            containerName: this.args.service,
            containerPort: this.args.port,
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
    );
  }
}
