import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Context } from "../components/context";
import type { DeploymentArgs } from "../components/ecs-service/code-deploy-strategy";
import type { Network } from "../components/network/network";
import type { ReleaseTarget } from "../components/release-target";
import type { ArtifactBucket } from "../components/storage/artifact-bucket";
import type { CommonDefinition, OwnResources } from "../definitions/common";

/** A service as one environment runs it: its definition, and what the environment's configuration says of it. */
export type Configured<Definition extends CommonDefinition> = Definition & {
  /** Where customers go, with HTTPS. @default the name of the load balancer, with HTTP */
  domainName?: string;
  /** Whether what the service has is guarded against deletion. @default as its environment */
  protect?: boolean;
};

/** What an environment has for each of its services. */
export interface Place {
  context: Context;
  network: Network;
  cluster: aws.ecs.Cluster;
  artifactBucket: ArtifactBucket;
  /** What the service has made for itself. */
  own: OwnResources;
  /** Addresses of the services that it uses, by environment variable. */
  addresses: Record<string, pulumi.Input<string>>;
  certificateArn?: string;
  testPort: number;
  deployment: DeploymentArgs;
  target5xxPerMinute: number;
}

/** What a service of a kind is made of, and what the stack says of it. */
export interface Made<Outputs> {
  target: ReleaseTarget;
  outputs: Outputs;
}

/** A kind of service: the only one who knows how it is configured and what it is made of. */
export interface Kind<Definition extends CommonDefinition, Outputs> {
  /** Checks what an environment's configuration says of a service, and lays it over the definition. */
  configured(definition: Definition): z.ZodType<Configured<Definition>>;
  make(service: Configured<Definition>, place: Place, opts: pulumi.ComponentResourceOptions): Made<Outputs>;
}
