import * as ec2 from "@aws-sdk/client-ec2";
import { pages } from "../answers";
import type { Service } from "../resource";
import { recordOf, tagsOf, without } from "../shapes";

/** What a rule lets through: two rules of a group never let the same through. */
function traffic(rule: ec2.SecurityGroupRule): string {
  const peer =
    rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId ?? "nobody";
  const ports = rule.IpProtocol === "-1" ? "all" : `${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort}`;
  return rule.IsEgress ? `${ports} to ${peer}` : `${ports} from ${peer}`;
}

/** Security groups of EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html */
export const securityGroups: Service = {
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ],
  async read(aws) {
    const client = aws.client(ec2.EC2Client);
    const [groups, rules] = await Promise.all([
      pages(ec2.paginateDescribeSecurityGroups({ client }, {}), (page) => page.SecurityGroups),
      pages(ec2.paginateDescribeSecurityGroupRules({ client }, {}), (page) => page.SecurityGroupRules),
    ]);
    return groups.map((group) => ({
      kind: "security group",
      // Every VPC has one of that name.
      name: group.GroupName === "default" ? `default of ${group.VpcId}` : (group.GroupName ?? ""),
      ids: [group.GroupId ?? ""],
      attributes: {
        ...without(group, "GroupId", "GroupName", "SecurityGroupArn", "IpPermissions", "IpPermissionsEgress"),
        // One by one: EC2 shows rules with the same ports together or not, whoever made them.
        Rules: recordOf(
          rules.filter(({ GroupId }) => GroupId === group.GroupId),
          traffic,
          ({ Description, Tags }) => ({ Description, Tags: tagsOf(Tags) }),
        ),
        Tags: tagsOf(group.Tags),
      },
    }));
  },
};
