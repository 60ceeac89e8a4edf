import * as ec2 from "@aws-sdk/client-ec2";
import type { Session } from "../../direct/session";
import { each, pages } from "../answers";
import type { Found, Service } from "../resource";
import { recordOf, setOf, tagsOf, without } from "../shapes";

const client = (aws: Session) => ({ client: aws.client(ec2.EC2Client) });

const nameTag = (tags: ec2.Tag[] | undefined) => tags?.find(({ Key }) => Key === "Name")?.Value;

async function vpcs(aws: Session): Promise<Found[]> {
  const all = await pages(ec2.paginateDescribeVpcs(client(aws), {}), (page) => page.Vpcs);
  const attribute = (VpcId: string, Attribute: ec2.VpcAttributeName) =>
    aws.client(ec2.EC2Client).send(new ec2.DescribeVpcAttributeCommand({ VpcId, Attribute }));
  return each(all, async (vpc) => {
    const id = vpc.VpcId ?? "";
    const [support, names] = await Promise.all([
      attribute(id, "enableDnsSupport"),
      attribute(id, "enableDnsHostnames"),
    ]);
    return [
      {
        kind: "VPC",
        name: nameTag(vpc.Tags) ?? (vpc.IsDefault ? "default" : (vpc.CidrBlock ?? id)),
        ids: [id],
        attributes: {
          ...without(vpc, "VpcId"),
          CidrBlockAssociationSet: setOf(vpc.CidrBlockAssociationSet?.map(({ CidrBlock }) => CidrBlock)),
          EnableDnsSupport: support.EnableDnsSupport?.Value,
          EnableDnsHostnames: names.EnableDnsHostnames?.Value,
          Tags: tagsOf(vpc.Tags),
        },
      },
    ];
  });
}

async function subnets(aws: Session): Promise<Found[]> {
  const all = await pages(ec2.paginateDescribeSubnets(client(aws), {}), (page) => page.Subnets);
  return all.map((subnet) => ({
    kind: "subnet",
    name:
      nameTag(subnet.Tags) ??
      (subnet.DefaultForAz
        ? `default in ${subnet.AvailabilityZone}`
        : `${subnet.CidrBlock} of ${subnet.VpcId}`),
    ids: [subnet.SubnetId ?? ""],
    attributes: {
      // How many addresses are free changes with every task.
      ...without(subnet, "SubnetId", "SubnetArn", "AvailableIpAddressCount"),
      Tags: tagsOf(subnet.Tags),
    },
  }));
}

async function routeTables(aws: Session): Promise<Found[]> {
  const all = await pages(ec2.paginateDescribeRouteTables(client(aws), {}), (page) => page.RouteTables);
  return all.map((table) => {
    const associations = table.Associations ?? [];
    const isMain = associations.some(({ Main }) => Main);
    return {
      kind: "route table",
      name: nameTag(table.Tags) ?? (isMain ? `main of ${table.VpcId}` : `unnamed of ${table.VpcId}`),
      ids: [table.RouteTableId ?? ""],
      attributes: {
        ...without(table, "RouteTableId"),
        Associations: setOf(
          associations.map(({ SubnetId, GatewayId, Main }) => SubnetId ?? GatewayId ?? (Main ? "main" : "")),
        ),
        Routes: recordOf(
          table.Routes,
          (route) =>
            route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId,
          (route) => route,
        ),
        Tags: tagsOf(table.Tags),
      },
    };
  });
}

async function internetGateways(aws: Session): Promise<Found[]> {
  const all = await pages(
    ec2.paginateDescribeInternetGateways(client(aws), {}),
    (page) => page.InternetGateways,
  );
  return all.map((gateway) => ({
    kind: "internet gateway",
    name: nameTag(gateway.Tags) ?? `of ${gateway.Attachments?.[0]?.VpcId ?? "no VPC"}`,
    ids: [gateway.InternetGatewayId ?? ""],
    attributes: {
      ...without(gateway, "InternetGatewayId"),
      Attachments: setOf(gateway.Attachments?.map(({ VpcId }) => VpcId)),
      Tags: tagsOf(gateway.Tags),
    },
  }));
}

async function natGateways(aws: Session): Promise<Found[]> {
  const all = await pages(ec2.paginateDescribeNatGateways(client(aws), {}), (page) => page.NatGateways);
  // A deleted one stays visible for about an hour:
  // https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html#nat-gateway-deleting
  const there = all.filter(({ State }) => State !== "deleted");
  return there.map((gateway) => ({
    kind: "NAT gateway",
    name: nameTag(gateway.Tags) ?? `in ${gateway.SubnetId}`,
    ids: [gateway.NatGatewayId ?? ""],
    attributes: {
      ...without(gateway, "NatGatewayId"),
      NatGatewayAddresses: setOf(gateway.NatGatewayAddresses?.map(({ AllocationId }) => AllocationId)),
      Tags: tagsOf(gateway.Tags),
    },
  }));
}

async function addresses(aws: Session): Promise<Found[]> {
  // Has no pages: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html
  const answer = await aws.client(ec2.EC2Client).send(new ec2.DescribeAddressesCommand({}));
  return (answer.Addresses ?? []).map((address) => ({
    kind: "elastic IP",
    name: nameTag(address.Tags) ?? "unnamed",
    ids: [address.AllocationId ?? "", address.PublicIp ?? ""],
    attributes: {
      // What it is attached to is EC2's own interface of a NAT gateway, which names the address itself.
      ...without(
        address,
        "AllocationId",
        "PublicIp",
        "AssociationId",
        "NetworkInterfaceId",
        "PrivateIpAddress",
        "InstanceId",
      ),
      Tags: tagsOf(address.Tags),
    },
  }));
}

async function networkAcls(aws: Session): Promise<Found[]> {
  const all = await pages(ec2.paginateDescribeNetworkAcls(client(aws), {}), (page) => page.NetworkAcls);
  return all.map((acl) => ({
    kind: "network ACL",
    name: nameTag(acl.Tags) ?? `${acl.IsDefault ? "default" : "unnamed"} of ${acl.VpcId}`,
    ids: [acl.NetworkAclId ?? ""],
    attributes: {
      ...without(acl, "NetworkAclId"),
      Associations: setOf(acl.Associations?.map(({ SubnetId }) => SubnetId)),
      Entries: recordOf(
        acl.Entries,
        ({ Egress, RuleNumber }) => `${Egress ? "out" : "in"} ${RuleNumber}`,
        (entry) => entry,
      ),
      Tags: tagsOf(acl.Tags),
    },
  }));
}

async function endpoints(aws: Session): Promise<Found[]> {
  const all = await pages(ec2.paginateDescribeVpcEndpoints(client(aws), {}), (page) => page.VpcEndpoints);
  const there = all.filter(({ State }) => String(State).toLowerCase() !== "deleted");
  return there.map((endpoint) => ({
    kind: "VPC endpoint",
    name: nameTag(endpoint.Tags) ?? `${endpoint.ServiceName} of ${endpoint.VpcId}`,
    ids: [endpoint.VpcEndpointId ?? ""],
    attributes: {
      ...without(endpoint, "VpcEndpointId", "NetworkInterfaceIds", "DnsEntries"),
      RouteTableIds: setOf(endpoint.RouteTableIds),
      SubnetIds: setOf(endpoint.SubnetIds),
      Groups: setOf(endpoint.Groups?.map(({ GroupId }) => GroupId)),
      Tags: tagsOf(endpoint.Tags),
    },
  }));
}

const tables = [vpcs, subnets, routeTables, internetGateways, natGateways, addresses, networkAcls, endpoints];

/** Networks of EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html */
export const network: Service = {
  types: [
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
    "aws:ec2/eip:Eip",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "awsx:ec2:Vpc",
  ],
  read: (aws) => each(tables, (table) => table(aws)),
};
