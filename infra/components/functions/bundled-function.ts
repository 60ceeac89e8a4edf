import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundleFunction } from "../../lib/bundling";
import { type Duration, toSeconds } from "../../lib/duration";
import { Role, type Statement, trustService } from "../iam/role";
import type { Context } from "../context";
import type { Network } from "../network/network";

export interface BundledFunctionArgs {
  context: Context;
  /**
   * Physical name, at most 64 characters.
   * @example "greenroom-prod-trivia-api-hook"
   */
  functionName: string;
  /** @example "Tests trivia-api before its customers meet it" */
  description: string;
  /**
   * TypeScript or Python file with a function `handler`, relative to the repository root.
   * @example "services/trivia-api/hooks/after-allow-test-traffic.ts"
   */
  source: string;
  /**
   * At most 15 minutes.
   * @example "5 minutes"
   */
  timeout: Duration;
  /**
   * In MiB.
   * @example 256
   */
  memory: number;
  /**
   * @default {}
   * @example { TEST_URL: routes.testUrl }
   */
  environment?: Record<string, pulumi.Input<string>>;
  /**
   * What the function may do besides writing its log.
   * @example [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::greenroom-prod-releases/*"] }]
   */
  statements: Statement[];
  /** Puts the function into the private subnets. @default outside of any VPC */
  network?: Network;
}

/** A Lambda function from a TypeScript file of this repository, with its log and its own role. */
export class BundledFunction extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly nodes: { function: aws.lambda.Function; role: Role; logGroup: aws.cloudwatch.LogGroup };

  constructor(name: string, args: BundledFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:BundledFunction", name, {}, opts);
    const child = { parent: this };
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { name: `/aws/lambda/${args.functionName}`, retentionInDays: args.context.logRetentionDays },
      child,
    );
    const role = new Role(
      `${name}-role`,
      {
        roleName: args.functionName,
        description: args.description,
        trust: trustService("lambda.amazonaws.com"),
        statements: [
          ...args.statements,
          {
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [pulumi.interpolate`${logGroup.arn}:*`],
          },
          ...(args.network ? [networkInterfaces] : []),
        ],
      },
      child,
    );
    const securityGroup =
      args.network &&
      new aws.ec2.SecurityGroup(
        `${name}-security-group`,
        {
          description: `Function ${args.functionName}: calls out, takes no calls`,
          vpcId: args.network.vpcId,
          egress: [{ protocol: "tcp", fromPort: 0, toPort: 65_535, cidrBlocks: ["0.0.0.0/0"] }],
        },
        child,
      );
    const made = new aws.lambda.Function(
      `${name}-function`,
      {
        name: args.functionName,
        description: args.description,
        role: role.arn,
        handler: "index.handler",
        ...bundleFunction(args.source),
        timeout: toSeconds(args.timeout),
        memorySize: args.memory,
        environment: args.environment && { variables: args.environment },
        vpcConfig: args.network &&
          securityGroup && {
            subnetIds: args.network.privateSubnetIds,
            securityGroupIds: [securityGroup.id],
          },
      },
      { parent: this, dependsOn: [logGroup] },
    );
    this.nodes = { function: made, role, logGroup };
    this.arn = made.arn;
    this.functionName = made.name;
    this.registerOutputs({ arn: this.arn });
  }
}

/**
 * Lambda makes the function's network interfaces as the function's role. Their ids are not known beforehand, and
 * describing them has no resource-level permission: hence `*`, as AWS documents it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const networkInterfaces: Statement = {
  actions: [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ],
  resources: ["*"],
};
