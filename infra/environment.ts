import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Account } from "./components/account";
import { ArtifactBucket } from "./components/storage/artifact-bucket";
import { BlueGreenService } from "./components/ecs-service/ecs-service";
import {
  MicroservicePipeline,
  type MicroservicePipelineArgs,
} from "./components/pipeline/microservice-pipeline";
import { physicalName } from "./lib/naming";
import { Network } from "./components/network/network";
import { Promotion } from "./components/promotion/promotion";
import { releaseBucketName } from "./components/promotion/promotion-names";
import { protection } from "./lib/protection";
import { ReceiveRelease } from "./components/promotion/receive-release";
import type { EnvironmentConfig, ProdConfig, StagingConfig } from "./config";
import { addressVariable, type Objectives, type OwnResources } from "./definitions";
import { checkedResources } from "./definitions/common";
import type { Service } from "./definitions/overrides";

/** One environment: a network, a cluster, and every service with its pipeline. */
export class Environment extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  /** By name. */
  readonly services: Record<string, ServiceOutputs>;

  private readonly made: Record<string, ServiceOutputs> = {};
  private readonly account: Account;
  private readonly network: Network;
  private readonly cluster: aws.ecs.Cluster;
  /** Prod's: what staging promotes comes in here. */
  private readonly releases?: ArtifactBucket;

  constructor(
    private readonly config: EnvironmentConfig,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const name = config.environment;
    super(
      "greenroom:infra:Environment",
      name,
      {},
      pulumi.mergeOptions(opts, { transformations: [protection(config.protect)] }),
    );
    const child = { parent: this };

    this.account = new Account(this);
    this.network = new Network(
      name,
      { existing: config.network, natGateways: name === "prod" ? "onePerAz" : "single" },
      child,
    );
    this.cluster = new aws.ecs.Cluster(
      `${name}-cluster`,
      { name: `greenroom-${name}`, settings: [{ name: "containerInsights", value: "enabled" }] },
      child,
    );
    if (config.environment === "prod")
      this.releases = new ArtifactBucket(
        `${name}-releases`,
        { bucketName: releaseBucketName(this.account) },
        child,
      );

    this.clusterName = this.cluster.name;
    // Each after those that it uses.
    for (const service of config.services) this.made[service.name] = this.service(service);
    this.services = this.made;
    this.registerOutputs({ clusterName: this.clusterName });
  }

  /** Everything of one service. */
  private service(service: Service): ServiceOutputs {
    const { account, config } = this;
    const { logRetentionDays } = config;
    const child = { parent: this, transformations: [protection(service.protect ?? config.protect)] };

    const artifactBucket = new ArtifactBucket(
      `${service.name}-artifacts`,
      { bucketName: this.bucketName(service.name, "artifacts") },
      child,
    );
    const own = this.ownResources(service, child);
    const target = new BlueGreenService(
      service.name,
      {
        account,
        environment: config.environment,
        service,
        network: this.network,
        cluster: this.cluster,
        artifactBucket,
        own,
        addresses: this.addresses(service),
        certificateArn: config.certificateArn,
        testPort: config.testPort,
        deployment: config.deployment,
        target5xxPerMinute: config.alarms.target5xxPerMinute,
        logRetentionDays,
      },
      child,
    );
    const common = { account, service, target, artifactBucket, logRetentionDays };
    const [pipelineArgs, releaseBucket] =
      config.environment === "staging"
        ? this.promotes(config, common, child)
        : this.receives(config, common, child);
    const pipeline = new MicroservicePipeline(service.name, pipelineArgs, child);

    return {
      serviceUrl: target.loadBalancer.serviceUrl,
      testUrl: target.loadBalancer.testUrl,
      repositoryUrl: target.repository.url,
      pipelineName: pipeline.pipelineName,
      clusterName: this.clusterName,
      serviceName: target.serviceName,
      productionListenerArn: target.routes.production.arn,
      testListenerArn: target.routes.test.arn,
      blueTargetGroupArn: target.routes.blue.arn,
      greenTargetGroupArn: target.routes.green.arn,
      applicationName: target.strategy.applicationName,
      deploymentGroupName: target.strategy.deploymentGroupName,
      alarmNames: target.alarms.names,
      releaseBucket,
      artifactBucket: artifactBucket.bucketName,
      kind: service.kind,
      uses: [...service.uses],
      objectives: service.objectives,
      expectedRate: service.expectedRate,
    };
  }

  /** What the service makes for itself. */
  private ownResources(service: Service, options: pulumi.CustomResourceOptions): OwnResources {
    const { environment } = this.config;
    return checkedResources(
      service.name,
      service.resources?.({
        service: service.name,
        environment,
        physicalName: (what) => physicalName("table", "greenroom", environment, service.name, what),
        options,
      }) ?? {},
    );
  }

  /** Where the services that it uses are, in this environment: they were made before it. */
  private addresses({ uses }: Service): Record<string, pulumi.Output<string>> {
    const known = Object.entries(this.made).filter(([name]) => uses.includes(name));
    return Object.fromEntries(known.map(([name, { serviceUrl }]) => [addressVariable(name), serviceUrl]));
  }

  private promotes(
    config: StagingConfig,
    common: Common,
    child: pulumi.ComponentResourceOptions,
  ): PipelineAndBucket {
    const { account, service, target, logRetentionDays } = common;
    const promotion = new Promotion(
      service.name,
      {
        account,
        service: service.name,
        repository: target.repository,
        promoteToAccount: config.promoteToAccount,
        logRetentionDays,
      },
      child,
    );
    return [
      { ...common, environment: "staging", source: config.source, promotion },
      promotion.releaseBucketName,
    ];
  }

  private receives(
    config: ProdConfig,
    common: Common,
    child: pulumi.ComponentResourceOptions,
  ): PipelineAndBucket {
    const { account, service, target } = common;
    if (!this.releases) throw new Error("prod has a release bucket");
    const receive = new ReceiveRelease(
      service.name,
      {
        account,
        service: service.name,
        repository: target.repository,
        releases: this.releases,
        promotedFromAccount: config.promotedFromAccount,
      },
      child,
    );
    return [{ ...common, environment: "prod", receive }, this.releases.bucketName];
  }

  private bucketName(...parts: string[]): pulumi.Output<string> {
    const { id, region } = this.account;
    return pulumi
      .all([id, region])
      .apply((where) => physicalName("bucket", "greenroom", this.config.environment, ...parts, ...where));
  }
}

type Common = Omit<MicroservicePipelineArgs, "environment" | "source" | "promotion" | "receive">;
type PipelineAndBucket = [MicroservicePipelineArgs, pulumi.Output<string>];

/** What a stack says of a service: for people, for the rehearsal and for other programs. */
export interface ServiceOutputs {
  /** Where customers go. */
  serviceUrl: pulumi.Output<string>;
  /** The test listener. */
  testUrl: pulumi.Output<string>;
  repositoryUrl: pulumi.Output<string>;
  pipelineName: pulumi.Output<string>;
  clusterName: pulumi.Output<string>;
  serviceName: pulumi.Output<string>;
  productionListenerArn: pulumi.Output<string>;
  testListenerArn: pulumi.Output<string>;
  /** Blue is the first revision's; the two take turns after that. */
  blueTargetGroupArn: pulumi.Output<string>;
  greenTargetGroupArn: pulumi.Output<string>;
  applicationName: pulumi.Output<string>;
  deploymentGroupName: pulumi.Output<string>;
  alarmNames: pulumi.Output<string[]>;
  /** Prod's bucket for releases: staging writes to it, prod reads it. */
  releaseBucket: pulumi.Output<string>;
  artifactBucket: pulumi.Output<string>;
  kind: Service["kind"];
  /** Names of the services that it calls. */
  uses: string[];
  objectives: Objectives;
  /** Requests a second that its team expects. */
  expectedRate: number;
}
