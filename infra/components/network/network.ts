import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";

/** A network that is there already. */
export interface ExistingNetwork {
  vpcId: string;
  /** For load balancers: at least two, in different zones. */
  publicSubnetIds: string[];
  /** For tasks and functions: at least two, with a route out through NAT. */
  privateSubnetIds: string[];
  /** Who may reach test listeners: the NAT gateways' addresses at least. */
  testTrafficCidrs: string[];
}

export interface NetworkArgs {
  /** @default a new VPC with public and private subnets in two zones */
  existing?: ExistingNetwork;
  /**
   * `single` costs less; with `onePerAz` the loss of a zone leaves the others their way out.
   * Only for a new VPC.
   */
  natGateways: "single" | "onePerAz";
}

const zones = 2;

/** Where an environment's load balancers, tasks and functions live. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /**
   * From where test traffic comes. A hook function in a private subnet reaches the load balancer at its public
   * addresses, thus through NAT.
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#load-balancer-scheme
   */
  readonly testTrafficCidrs: pulumi.Output<string[]>;
  readonly nodes: { vpc?: awsx.ec2.Vpc; natAddresses: aws.ec2.Eip[] };

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:Network", name, {}, opts);

    if (args.existing) {
      this.nodes = { natAddresses: [] };
      this.vpcId = pulumi.output(args.existing.vpcId);
      this.publicSubnetIds = pulumi.output(args.existing.publicSubnetIds);
      this.privateSubnetIds = pulumi.output(args.existing.privateSubnetIds);
      this.testTrafficCidrs = pulumi.output(args.existing.testTrafficCidrs);
    } else {
      const natAddresses = Array.from(
        { length: args.natGateways === "single" ? 1 : zones },
        (_, i) => new aws.ec2.Eip(`${name}-nat-${String(i + 1)}`, { domain: "vpc" }, { parent: this }),
      );
      const vpc = new awsx.ec2.Vpc(
        `${name}-vpc`,
        {
          numberOfAvailabilityZones: zones,
          enableDnsHostnames: true,
          subnetStrategy: "Auto",
          natGateways: {
            strategy: args.natGateways === "single" ? "Single" : "OnePerAz",
            elasticIpAllocationIds: natAddresses.map((address) => address.allocationId),
          },
        },
        { parent: this },
      );
      this.nodes = { vpc, natAddresses };
      this.vpcId = vpc.vpcId;
      this.publicSubnetIds = vpc.publicSubnetIds;
      this.privateSubnetIds = vpc.privateSubnetIds;
      this.testTrafficCidrs = pulumi.all(
        natAddresses.map((address) => pulumi.interpolate`${address.publicIp}/32`),
      );
    }

    this.registerOutputs({ vpcId: this.vpcId });
  }
}
