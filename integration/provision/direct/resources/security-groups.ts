import * as ec2 from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import { physicalName, present, resourceType, type ResourceTypes } from "../resource-type";
import { isAwsError } from "../session";
import { client, crc32, tagged } from "./ec2";

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
function ipPermission(rule: Rule, groupId: string): ec2.IpPermission {
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
      if (!isAwsError(error, "InvalidPermission.NotFound")) throw error;
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
    id: `sgrule-${crc32(JSON.stringify(IpPermissions) + GroupId + inputs.type)}`,
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

/** Security groups of EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html */
export const securityGroups: ResourceTypes = {
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ec2/securityGroupRule:SecurityGroupRule": securityGroupRule,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": vpcRule("ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": vpcRule("egress"),
};
