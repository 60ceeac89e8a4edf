import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../lib/naming";
import type { Context } from "../context";
import type { Network } from "./network";

export interface LoadBalancerArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  network: Network;
  /**
   * With `domainName`.
   * @default HTTP on 80 instead of HTTPS on 443
   * @example "arn:aws:acm:us-east-1:222222222222:certificate/1b2c3d4e-0000-4000-8000-000000000001"
   */
  certificateArn?: string;
  /**
   * A name that the certificate is for; its DNS record is not made here.
   * @default the load balancer's own name
   * @example "trivia.example.com"
   */
  domainName?: string;
  /**
   * Port of the test listener.
   * @example 9000
   */
  testPort: number;
  /**
   * Port on which the targets listen.
   * @example 8080
   */
  targetPort: number;
}

/** A service's public application load balancer: customers on 80 or 443, test traffic from known addresses only. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** What metrics of the load balancer are named by. */
  readonly arnSuffix: pulumi.Output<string>;
  /** Where customers go, without a slash at the end. */
  readonly serviceUrl: pulumi.Output<string>;
  /** Where a new version is tried before customers get it. */
  readonly testUrl: pulumi.Output<string>;
  readonly protocol: "HTTP" | "HTTPS";
  readonly port: number;
  /** What targets let in. */
  readonly securityGroupId: pulumi.Output<string>;
  /** What the DNS record of a domain name of one's own leads to. */
  readonly dnsName: pulumi.Output<string>;
  readonly nodes: { loadBalancer: aws.lb.LoadBalancer; securityGroup: aws.ec2.SecurityGroup };

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:LoadBalancer", name, {}, opts);
    const scheme = args.certificateArn === undefined ? "http" : "https";
    this.protocol = scheme === "https" ? "HTTPS" : "HTTP";
    this.port = scheme === "https" ? 443 : 80;

    const securityGroup = new aws.ec2.SecurityGroup(
      `${name}-security-group`,
      {
        description: `Load balancer of ${args.service} in ${args.context.environment}`,
        vpcId: args.network.vpcId,
        ingress: [
          {
            description: "Customers",
            protocol: "tcp",
            fromPort: this.port,
            toPort: this.port,
            cidrBlocks: ["0.0.0.0/0"],
          },
          {
            description: "Test traffic",
            protocol: "tcp",
            fromPort: args.testPort,
            toPort: args.testPort,
            cidrBlocks: args.network.testTrafficCidrs,
          },
        ],
        egress: [
          {
            description: "Tasks and their health checks",
            protocol: "tcp",
            fromPort: args.targetPort,
            toPort: args.targetPort,
            cidrBlocks: ["0.0.0.0/0"],
          },
        ],
      },
      { parent: this },
    );

    const loadBalancer = new aws.lb.LoadBalancer(
      `${name}-load-balancer`,
      {
        name: physicalName("loadBalancer", "gr", args.context.environment, args.service),
        loadBalancerType: "application",
        subnets: args.network.publicSubnetIds,
        securityGroups: [securityGroup.id],
        dropInvalidHeaderFields: true,
      },
      { parent: this },
    );

    const host = args.domainName ?? loadBalancer.dnsName;
    this.nodes = { loadBalancer, securityGroup };
    this.arn = loadBalancer.arn;
    this.dnsName = loadBalancer.dnsName;
    this.arnSuffix = loadBalancer.arnSuffix;
    this.securityGroupId = securityGroup.id;
    this.serviceUrl = pulumi.interpolate`${scheme}://${host}`;
    this.testUrl = pulumi.interpolate`${scheme}://${host}:${args.testPort}`;
    this.registerOutputs({ serviceUrl: this.serviceUrl, testUrl: this.testUrl });
  }
}
