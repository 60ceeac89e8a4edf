import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { Aws, Identity } from "../local-aws/core/aws";
import type { ExistingNetwork } from "../../infra/components/network/network";

/**
 * The default VPC of an account of the local AWS, as a stack's `greenroom:network` takes it. Stacks under the engine use
 * it: a new VPC is made by awsx, which is a plugin of its own, and the engine would have to download that.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
 */
export async function existingNetwork(aws: Aws, identity: Identity): Promise<ExistingNetwork> {
  const ec2 = aws.client(EC2Client, identity);
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
  );
  const vpcId = Vpcs[0]?.VpcId ?? "";
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }),
  );
  const byZone = new Map(Subnets.map(({ AvailabilityZone, SubnetId = "" }) => [AvailabilityZone, SubnetId]));
  const subnetIds = [...byZone.values()].slice(0, 2);
  if (subnetIds.length < 2) {
    throw new Error(
      `the default VPC of ${identity.account} in ${identity.region} has no subnets in two zones`,
    );
  }
  return {
    vpcId,
    publicSubnetIds: subnetIds,
    privateSubnetIds: subnetIds,
    testTrafficCidrs: [Vpcs[0]?.CidrBlock ?? ""],
  };
}
