import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { Statement } from "../iam/role";
import type { Network } from "../network/network";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import type { DeploymentArgs } from "./code-deploy-strategy";
import type { SecretSource } from "./secrets";

export interface EcsServiceArgs {
  context: Context;
  network: Network;
  cluster: aws.ecs.Cluster;
  /** Where the templates go that the service's pipeline makes its releases from. */
  artifactBucket: ArtifactBucket;
  /** @example "trivia-api" */
  service: string;
  /** @example 8080 */
  port: number;
  /** @example "/health" */
  healthCheckPath: string;
  /**
   * CPU units of a task, 1024 to a vCPU.
   * @example 256
   */
  cpu: number;
  /**
   * Of a task, in MiB.
   * @example 512
   */
  memory: number;
  /** @example 2 */
  desiredCount: number;
  /**
   * The container's environment variables.
   * @example { LOG_LEVEL: "info" }
   */
  variables: Record<string, pulumi.Input<string>>;
  /** @example { SIGNING_KEY: { secret: "leaderboard/signing-key" } } */
  secrets: Readonly<Record<string, SecretSource>>;
  /**
   * What the service itself may do.
   * @example [{ actions: ["dynamodb:GetItem"], resources: [table.arn] }]
   */
  permissions: Statement[];
  /**
   * Source of the hook function, relative to the repository root.
   * @default no hook
   * @example "services/trivia-api/hooks/after-allow-test-traffic.ts"
   */
  hook?: string;
  /**
   * The image that builds run in.
   * @example "aws/codebuild/amazonlinux-x86_64-standard:5.0"
   */
  buildImage: string;
  /**
   * Relative to the repository root.
   * @example "services/trivia-api/buildspec.yml"
   */
  buildspec: string;
  /**
   * Relative to the root of the release.
   * @example "buildspec.integration.yml"
   */
  integrationBuildspec: string;
  /**
   * Of the load balancer, with `domainName`.
   * @default HTTP on 80 instead of HTTPS on 443
   * @example "arn:aws:acm:us-east-1:111111111111:certificate/1"
   */
  certificateArn?: string;
  /**
   * A name that the certificate is for.
   * @default the load balancer's own name
   * @example "trivia.example.com"
   */
  domainName?: string;
  /**
   * Port of the test listener.
   * @example 9002
   */
  testPort: number;
  /** @example { canaryPercent: 10, canaryInterval: "5 minutes", terminationWait: "5 minutes" } */
  deployment: DeploymentArgs;
  /**
   * Answers with a 5xx status in a minute that roll a deployment back.
   * @example 5
   */
  target5xxPerMinute: number;
}
