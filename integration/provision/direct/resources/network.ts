import * as ec2 from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import {
  type Creating,
  keyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";
import { AwsCallError } from "../session";

const client = ({ aws }: Creating) => aws.client(ec2.EC2Client);

const tagged = (kind: ec2.ResourceType, { tags }: Creating): ec2.TagSpecification[] | undefined =>
  Object.keys(tags).length > 0 ? [{ ResourceType: kind, Tags: keyValues(tags) }] : undefined;

/** One rule inside a security group. */
type Rule = {
  protocol: string;
  fromPort?: number;
  toPort?: number;
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
  prefixListIds?: string[];
  securityGroups?: string[];
  self?: boolean;
  description?: string;
};

/** A rule as EC2 takes it. For all protocols ("-1") there are no ports. */
export function ipPermission(rule: Rule, groupId: string): ec2.IpPermission {
  const { description: Description } = rule;
  const protocol = rule.protocol === "all" ? "-1" : rule.protocol;
  const groups = [...(rule.securityGroups ?? []), ...(rule.self ? [groupId] : [])];
  const ports = { FromPort: rule.fromPort, ToPort: rule.toPort };
  return {
    IpProtocol: protocol,
    ...(protocol === "-1" ? {} : ports),
    ...list("IpRanges", rule.cidrBlocks, (CidrIp) => ({ CidrIp, Description })),
    ...list("Ipv6Ranges", rule.ipv6CidrBlocks, (CidrIpv6) => ({ CidrIpv6, Description })),
    ...list("PrefixListIds", rule.prefixListIds, (PrefixListId) => ({ PrefixListId, Description })),
    ...list("UserIdGroupPairs", groups, (GroupId) => ({ GroupId, Description })),
  };
}

const list = <K extends string, T>(key: K, values: string[] | undefined, make: (value: string) => T) =>
  values && values.length > 0 ? ({ [key]: values.map(make) } as Record<K, T[]>) : {};

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

type RouteTarget = {
  cidrBlock?: string;
  gatewayId?: string;
  natGatewayId?: string;
  vpcEndpointId?: string;
  transitGatewayId?: string;
};

const addRoute = (resource: Creating, RouteTableId: string, route: RouteTarget) =>
  client(resource).send(
    new ec2.CreateRouteCommand({
      RouteTableId,
      DestinationCidrBlock: route.cidrBlock,
      GatewayId: route.gatewayId,
      NatGatewayId: route.natGatewayId,
      VpcEndpointId: route.vpcEndpointId,
      TransitGatewayId: route.transitGatewayId,
    }),
  );

const routeTable = resourceType<aws.ec2.RouteTableArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.CreateRouteTableCommand({
      VpcId: inputs.vpcId,
      TagSpecifications: tagged("route-table", resource),
    }),
  );
  const id = present(answer.RouteTable?.RouteTableId, "the route table's id");
  for (const route of inputs.routes ?? []) await addRoute(resource, id, route);
  return {
    id,
    outputs: {
      arn: resource.aws.arn("ec2", `route-table/${id}`),
      ownerId: resource.aws.account,
      routes: inputs.routes ?? [],
      propagatingVgws: [],
    },
  };
});

const route = resourceType<aws.ec2.RouteArgs>(async (inputs, resource) => {
  await addRoute(resource, inputs.routeTableId, {
    ...targetOf(inputs),
    cidrBlock: inputs.destinationCidrBlock,
  });
  return {
    // The provider's id: "r-", the route table, and Java's hash of the destination.
    id: `r-${inputs.routeTableId}${hashCode(inputs.destinationCidrBlock ?? "")}`,
    outputs: { state: "active", origin: "CreateRoute" },
  };
});

const targetOf = ({ gatewayId, natGatewayId, vpcEndpointId, transitGatewayId }: RouteTarget) => ({
  gatewayId,
  natGatewayId,
  vpcEndpointId,
  transitGatewayId,
});

/** The CRC-32 that the provider makes ids with. */
function hashCode(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const routeTableAssociation = resourceType<aws.ec2.RouteTableAssociationArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.AssociateRouteTableCommand({
      RouteTableId: inputs.routeTableId,
      SubnetId: inputs.subnetId,
      GatewayId: inputs.gatewayId,
    }),
  );
  return { id: present(answer.AssociationId, "the association's id"), outputs: {} };
});

const securityGroup = resourceType<aws.ec2.SecurityGroupArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 255);
  const description = inputs.description ?? "Managed by Pulumi";
  const answer = await client(resource).send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: name,
      Description: description,
      VpcId: inputs.vpcId,
      TagSpecifications: tagged("security-group", resource),
    }),
  );
  const GroupId = present(answer.GroupId, "the security group's id");
  // EC2 gives a new group a rule that lets everything out; the provider takes it away, so that only what the
  // program says is allowed.
  await client(resource)
    .send(
      new ec2.RevokeSecurityGroupEgressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    )
    .catch((error: unknown) => {
      if (!(error instanceof AwsCallError) || error.cause.name !== "InvalidPermission.NotFound") throw error;
    });
  const ingress = (inputs.ingress ?? []).map((rule) => ipPermission(rule, GroupId));
  const egress = (inputs.egress ?? []).map((rule) => ipPermission(rule, GroupId));
  if (ingress.length > 0) {
    await client(resource).send(
      new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: ingress }),
    );
  }
  if (egress.length > 0) {
    await client(resource).send(
      new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress }),
    );
  }
  void inputs.revokeRulesOnDelete;
  return {
    id: GroupId,
    outputs: {
      arn: resource.aws.arn("ec2", `security-group/${GroupId}`),
      ownerId: resource.aws.account,
      name,
      description,
      ingress: inputs.ingress ?? [],
      egress: inputs.egress ?? [],
    },
  };
});

const securityGroupRule = resourceType<aws.ec2.SecurityGroupRuleArgs>(async (inputs, resource) => {
  const GroupId = inputs.securityGroupId;
  const rule = {
    protocol: inputs.protocol,
    fromPort: inputs.fromPort,
    toPort: inputs.toPort,
    cidrBlocks: inputs.cidrBlocks,
    ipv6CidrBlocks: inputs.ipv6CidrBlocks,
    prefixListIds: inputs.prefixListIds,
    securityGroups: inputs.sourceSecurityGroupId === undefined ? [] : [inputs.sourceSecurityGroupId],
    self: inputs.self,
    description: inputs.description,
  };
  const IpPermissions = [ipPermission(rule, GroupId)];
  const answer = await (inputs.type === "ingress"
    ? client(resource).send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
    : client(resource).send(new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions })));
  const securityGroupRuleId = answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId;
  return {
    id: `sgrule-${hashCode(JSON.stringify(IpPermissions) + GroupId + inputs.type)}`,
    outputs: { securityGroupRuleId, self: inputs.self ?? false },
  };
});

type RuleArgs = aws.vpc.SecurityGroupIngressRuleArgs & aws.vpc.SecurityGroupEgressRuleArgs;

const vpcRule = (direction: "ingress" | "egress") =>
  resourceType<RuleArgs>(async (inputs, resource) => {
    const GroupId = inputs.securityGroupId;
    const permission = ipPermission(
      {
        protocol: inputs.ipProtocol,
        fromPort: inputs.fromPort,
        toPort: inputs.toPort,
        cidrBlocks: inputs.cidrIpv4 === undefined ? [] : [inputs.cidrIpv4],
        ipv6CidrBlocks: inputs.cidrIpv6 === undefined ? [] : [inputs.cidrIpv6],
        prefixListIds: inputs.prefixListId === undefined ? [] : [inputs.prefixListId],
        securityGroups:
          inputs.referencedSecurityGroupId === undefined ? [] : [inputs.referencedSecurityGroupId],
        description: inputs.description,
      },
      GroupId,
    );
    const request = {
      GroupId,
      IpPermissions: [permission],
      TagSpecifications: tagged("security-group-rule", resource),
    };
    const answer = await (direction === "ingress"
      ? client(resource).send(new ec2.AuthorizeSecurityGroupIngressCommand(request))
      : client(resource).send(new ec2.AuthorizeSecurityGroupEgressCommand(request)));
    const id = present(answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId, "the rule's id");
    return {
      id,
      outputs: { securityGroupRuleId: id, arn: resource.aws.arn("ec2", `security-group-rule/${id}`) },
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

/** EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html */
export const network: ResourceTypes = {
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": internetGatewayAttachment,
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ec2/securityGroupRule:SecurityGroupRule": securityGroupRule,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": vpcRule("ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": vpcRule("egress"),
};
