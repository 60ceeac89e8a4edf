import * as ec2 from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import { present, resourceType, type ResourceTypes } from "../resource-type";
import { client, tagged } from "./ec2";
import { routing } from "./routing";

const vpc = resourceType<aws.ec2.VpcArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.CreateVpcCommand({
      CidrBlock: inputs.cidrBlock,
      InstanceTenancy: inputs.instanceTenancy as ec2.Tenancy | undefined,
      TagSpecifications: tagged("vpc", resource),
    }),
  );
  const created = present(answer.Vpc, "the VPC");
  const VpcId = present(created.VpcId, "the VPC's id");
  const enableDnsSupport = inputs.enableDnsSupport ?? true;
  const enableDnsHostnames = inputs.enableDnsHostnames ?? false;
  const modify = (attribute: Omit<ec2.ModifyVpcAttributeRequest, "VpcId">) =>
    client(resource).send(new ec2.ModifyVpcAttributeCommand({ VpcId, ...attribute }));
  if (!enableDnsSupport) await modify({ EnableDnsSupport: { Value: false } });
  if (enableDnsHostnames) await modify({ EnableDnsHostnames: { Value: true } });
  const ofVpc = [{ Name: "vpc-id", Values: [VpcId] }];
  const [groups, acls, tables] = await Promise.all([
    client(resource).send(
      new ec2.DescribeSecurityGroupsCommand({
        Filters: [...ofVpc, { Name: "group-name", Values: ["default"] }],
      }),
    ),
    client(resource).send(
      new ec2.DescribeNetworkAclsCommand({ Filters: [...ofVpc, { Name: "default", Values: ["true"] }] }),
    ),
    client(resource).send(
      new ec2.DescribeRouteTablesCommand({
        Filters: [...ofVpc, { Name: "association.main", Values: ["true"] }],
      }),
    ),
  ]);
  const mainRouteTableId = tables.RouteTables?.[0]?.RouteTableId;
  return {
    id: VpcId,
    outputs: {
      arn: resource.aws.arn("ec2", `vpc/${VpcId}`),
      ownerId: resource.aws.account,
      cidrBlock: created.CidrBlock,
      instanceTenancy: created.InstanceTenancy ?? "default",
      enableDnsSupport,
      enableDnsHostnames,
      enableNetworkAddressUsageMetrics: false,
      assignGeneratedIpv6CidrBlock: false,
      dhcpOptionsId: created.DhcpOptionsId,
      defaultSecurityGroupId: groups.SecurityGroups?.[0]?.GroupId,
      defaultNetworkAclId: acls.NetworkAcls?.[0]?.NetworkAclId,
      defaultRouteTableId: mainRouteTableId,
      mainRouteTableId,
    },
  };
});

const subnet = resourceType<aws.ec2.SubnetArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.CreateSubnetCommand({
      VpcId: inputs.vpcId,
      CidrBlock: inputs.cidrBlock,
      AvailabilityZone: inputs.availabilityZone,
      AvailabilityZoneId: inputs.availabilityZoneId,
      TagSpecifications: tagged("subnet", resource),
    }),
  );
  const created = present(answer.Subnet, "the subnet");
  const SubnetId = present(created.SubnetId, "the subnet's id");
  const mapPublicIpOnLaunch = inputs.mapPublicIpOnLaunch ?? false;
  if (mapPublicIpOnLaunch) {
    await client(resource).send(
      new ec2.ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }),
    );
  }
  return {
    id: SubnetId,
    outputs: {
      arn: created.SubnetArn ?? resource.aws.arn("ec2", `subnet/${SubnetId}`),
      ownerId: resource.aws.account,
      availabilityZone: created.AvailabilityZone,
      availabilityZoneId: created.AvailabilityZoneId,
      mapPublicIpOnLaunch,
      assignIpv6AddressOnCreation: false,
    },
  };
});

const internetGateway = resourceType<aws.ec2.InternetGatewayArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.CreateInternetGatewayCommand({ TagSpecifications: tagged("internet-gateway", resource) }),
  );
  const InternetGatewayId = present(answer.InternetGateway?.InternetGatewayId, "the internet gateway's id");
  if (inputs.vpcId !== undefined) {
    await client(resource).send(
      new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId: inputs.vpcId }),
    );
  }
  return {
    id: InternetGatewayId,
    outputs: {
      arn: resource.aws.arn("ec2", `internet-gateway/${InternetGatewayId}`),
      ownerId: resource.aws.account,
      vpcId: inputs.vpcId,
    },
  };
});

const internetGatewayAttachment = resourceType<aws.ec2.InternetGatewayAttachmentArgs>(
  async (inputs, resource) => {
    const { internetGatewayId: InternetGatewayId, vpcId: VpcId } = inputs;
    await client(resource).send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    return { id: `${InternetGatewayId}:${VpcId}`, outputs: {} };
  },
);

const eip = resourceType<aws.ec2.EipArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.AllocateAddressCommand({
      Domain: (inputs.domain ?? "vpc") as ec2.DomainType,
      TagSpecifications: tagged("elastic-ip", resource),
    }),
  );
  const allocationId = present(answer.AllocationId, "the allocation id");
  return {
    id: allocationId,
    outputs: {
      allocationId,
      arn: resource.aws.arn("ec2", `elastic-ip/${allocationId}`),
      domain: answer.Domain ?? "vpc",
      publicIp: answer.PublicIp,
      publicDns: `ec2-${answer.PublicIp?.replaceAll(".", "-")}.compute-1.amazonaws.com`,
    },
  };
});

const natGateway = resourceType<aws.ec2.NatGatewayArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.CreateNatGatewayCommand({
      SubnetId: inputs.subnetId,
      AllocationId: inputs.allocationId,
      ConnectivityType: inputs.connectivityType as ec2.ConnectivityType | undefined,
      TagSpecifications: tagged("natgateway", resource),
    }),
  );
  const created = present(answer.NatGateway, "the NAT gateway");
  const address = created.NatGatewayAddresses?.[0];
  // Not in the answer as long as the gateway is pending.
  const AllocationIds = inputs.allocationId === undefined ? undefined : [inputs.allocationId];
  const elastic =
    address?.PublicIp || !AllocationIds
      ? undefined
      : (await client(resource).send(new ec2.DescribeAddressesCommand({ AllocationIds }))).Addresses?.[0];
  return {
    id: present(created.NatGatewayId, "the NAT gateway's id"),
    outputs: {
      connectivityType: inputs.connectivityType ?? "public",
      publicIp: address?.PublicIp ?? elastic?.PublicIp,
      privateIp: address?.PrivateIp,
      networkInterfaceId: address?.NetworkInterfaceId,
    },
  };
});

const vpcEndpoint = resourceType<aws.ec2.VpcEndpointArgs>(async (inputs, resource) => {
  const type = inputs.vpcEndpointType ?? "Gateway";
  const answer = await client(resource).send(
    new ec2.CreateVpcEndpointCommand({
      VpcId: inputs.vpcId,
      ServiceName: inputs.serviceName,
      VpcEndpointType: type as ec2.VpcEndpointType,
      RouteTableIds: inputs.routeTableIds,
      SubnetIds: inputs.subnetIds,
      SecurityGroupIds: inputs.securityGroupIds,
      PrivateDnsEnabled: inputs.privateDnsEnabled,
      PolicyDocument: inputs.policy,
      TagSpecifications: tagged("vpc-endpoint", resource),
    }),
  );
  const created = present(answer.VpcEndpoint, "the VPC endpoint");
  const id = present(created.VpcEndpointId, "the VPC endpoint's id");
  return {
    id,
    outputs: {
      arn: resource.aws.arn("ec2", `vpc-endpoint/${id}`),
      ownerId: resource.aws.account,
      state: created.State,
      vpcEndpointType: type,
      networkInterfaceIds: created.NetworkInterfaceIds ?? [],
      dnsEntries: (created.DnsEntries ?? []).map((entry) => ({
        dnsName: entry.DnsName,
        hostedZoneId: entry.HostedZoneId,
      })),
    },
  };
});

/** Networks of EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html */
export const network: ResourceTypes = {
  ...routing,
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": internetGatewayAttachment,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
};
