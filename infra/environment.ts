import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Account } from "./components/account";
import type { Context } from "./components/context";
import { ArtifactBucket } from "./components/storage/artifact-bucket";
import { MicroservicePipeline } from "./components/pipeline/microservice-pipeline";
import type { CommonPipelineArgs } from "./components/pipeline/way";
import { physicalName } from "./lib/naming";
import { Network } from "./components/network/network";
import { Promotion } from "./components/promotion/promotion";
import { releaseBucketName } from "./components/promotion/promotion-names";
import { protection } from "./lib/protection";
import { ReceiveRelease } from "./components/promotion/receive-release";
import type { EnvironmentConfig, ProdConfig, StagingConfig } from "./config";
import { addressVariable, directoryOf, type Objectives, type OwnResources } from "./definitions";
import { checkedResources } from "./definitions/common";
import { kindOf, type OutputsOfKind, type Service } from "./kinds";

/** One environment: a network, a cluster, and every service with its pipeline. */
export class Environment extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  /** By name. */
  readonly services: Record<string, ServiceOutputs>;

  private readonly made: Record<string, ServiceOutputs> = {};
  private readonly context: Context;
  private readonly network: Network;
  private readonly cluster: aws.ecs.Cluster;
  private readonly releases: Promoting | Receiving;

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

    const account = new Account(this);
    this.context = { account, environment: name, logRetentionDays: config.logRetentionDays };
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
    this.releases =
      config.environment === "staging"
        ? { environment: "staging", config }
        : { environment: "prod", config, bucket: this.releaseBucket() };

    this.clusterName = this.cluster.name;
    // Each after those that it uses.
    for (const service of config.services) this.made[service.name] = this.service(service);
    this.services = this.made;
    this.registerOutputs({ clusterName: this.clusterName });
  }

  /** Everything of one service. */
  private service(service: Service): ServiceOutputs {
    const { config, context, network, cluster } = this;
    const child = { parent: this, transformations: [protection(service.protect ?? config.protect)] };

    const artifactBucket = new ArtifactBucket(
      `${service.name}-artifacts`,
      { bucketName: this.bucketName(service.name, "artifacts") },
      child,
    );
    const { target, outputs } = kindOf(service).make(
      service,
      {
        context,
        network,
        cluster,
        artifactBucket,
        own: this.ownResources(service, child),
        addresses: this.addresses(service),
        certificateArn: config.certificateArn,
        testPort: config.testPort,
        deployment: config.deployment,
        target5xxPerMinute: config.alarms.target5xxPerMinute,
      },
      child,
    );
    const common = { context, service: service.name, target, artifactBucket };
    const pipeline =
      this.releases.environment === "staging"
        ? this.promotes(this.releases, common, child)
        : this.receives(this.releases, common, child);

    return {
      ...outputs,
      serviceUrl: target.url,
      pipelineName: pipeline.name,
      releaseBucket: pipeline.releaseBucket,
      artifactBucket: artifactBucket.bucketName,
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

  /** Staging's end: what passed goes on to prod. */
  private promotes(
    { config }: Promoting,
    common: CommonPipelineArgs,
    child: pulumi.ComponentResourceOptions,
  ): PipelineOutputs {
    const { context, service, target } = common;
    const promotion = new Promotion(
      service,
      { context, service, promoted: target.promoted, promoteToAccount: config.promoteToAccount },
      child,
    );
    const pipeline = new MicroservicePipeline(
      service,
      {
        ...common,
        environment: "staging",
        source: config.source,
        directory: directoryOf({ name: service }),
        promotion,
      },
      child,
    );
    return { name: pipeline.pipelineName, releaseBucket: promotion.releaseBucketName };
  }

  /** Prod's beginning: what staging promoted comes in. */
  private receives(
    { config, bucket }: Receiving,
    common: CommonPipelineArgs,
    child: pulumi.ComponentResourceOptions,
  ): PipelineOutputs {
    const { context, service, target } = common;
    const receive = new ReceiveRelease(
      service,
      {
        context,
        service,
        promoted: target.promoted,
        releases: bucket,
        promotedFromAccount: config.promotedFromAccount,
      },
      child,
    );
    const pipeline = new MicroservicePipeline(service, { ...common, environment: "prod", receive }, child);
    return { name: pipeline.pipelineName, releaseBucket: bucket.bucketName };
  }

  private releaseBucket(): ArtifactBucket {
    const { account, environment } = this.context;
    return new ArtifactBucket(
      `${environment}-releases`,
      { bucketName: releaseBucketName(account) },
      { parent: this },
    );
  }

  private bucketName(...parts: string[]): pulumi.Output<string> {
    const { id, region } = this.context.account;
    return pulumi
      .all([id, region])
      .apply((where) => physicalName("bucket", "greenroom", this.config.environment, ...parts, ...where));
  }
}

/** What staging does with releases. */
interface Promoting {
  environment: "staging";
  config: StagingConfig;
}
/** What prod does with releases, and the bucket that they come into. */
interface Receiving {
  environment: "prod";
  config: ProdConfig;
  bucket: ArtifactBucket;
}

interface PipelineOutputs {
  name: pulumi.Output<string>;
  releaseBucket: pulumi.Output<string>;
}

/** What a stack says of a service: for people, for the rehearsal and for other programs. */
export type ServiceOutputs = OutputsOfKind & {
  /** Where customers go. */
  serviceUrl: pulumi.Output<string>;
  pipelineName: pulumi.Output<string>;
  /** Prod's bucket for releases: staging writes to it, prod reads it. */
  releaseBucket: pulumi.Output<string>;
  artifactBucket: pulumi.Output<string>;
  /** Names of the services that it calls. */
  uses: string[];
  objectives: Objectives;
  /** Requests a second that its team expects. */
  expectedRate: number;
};
