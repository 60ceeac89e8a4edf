import * as aws from "@pulumi/aws";
import {
  type Policies,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  validateResourceOfType,
} from "@pulumi/policy";
import { bucketsOf, settingsOf } from "./buckets";
import { allOf, called } from "./named";
import { type Inbound, customerPorts, inboundOf, isPublic } from "./security-groups";
import { judgeEach, known, refersTo } from "./unknown";

const flags = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

const privateBuckets: StackValidationPolicy = {
  name: "private-buckets",
  description:
    "No policy and no ACL, whoever writes it, can open a bucket to the public. " +
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    judgeEach(bucketsOf(resources), (bucket) => {
      const blocks = settingsOf(bucket, resources, aws.s3.BucketPublicAccessBlock);
      const missing = flags.filter((flag) => !blocks.some(({ props }) => props[flag] === true));
      if (missing.length > 0)
        violation(
          `${called(bucket.resource)} can be made public: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} ` +
            `not true. Add an aws.s3.BucketPublicAccessBlock for it with all four true.`,
          bucket.resource.urn,
        );
    });
  },
};

const publicPorts: ResourceValidationPolicy = {
  name: "public-ports",
  description:
    "The world reaches the ports that serve customers, 80 and 443, and nothing else. " +
    "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  enforcementLevel: "mandatory",
  validateResource: (args, violation) => {
    judgeEach(inboundOf(args), (rule) => {
      if (!isPublic(rule) || servesCustomers(rule)) return;
      violation(
        `${called(args)} lets the whole world in on ${portsOf(rule)}. Name the addresses or the security groups that ` +
          `need it; only ports ${customerPorts.join(" and ")} over TCP, one at a time, may be open to everybody.`,
      );
    });
  },
};

function servesCustomers({ protocol, from, to }: Inbound): boolean {
  return (protocol === "tcp" || protocol === "6") && from === to && customerPorts.includes(from ?? -1);
}

function portsOf({ protocol, from, to }: Inbound): string {
  if (protocol === "-1" || protocol === "all" || from === undefined) return "every port";
  return from === to ? `port ${String(from)}` : `ports ${String(from)} to ${String(to)}`;
}

const publicGroups: StackValidationPolicy = {
  name: "public-security-groups",
  description:
    "A security group that the world may pass belongs to load balancers: tasks and functions are behind them. " +
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    const insiders = [
      ...allOf(resources, aws.ecs.Service).map(({ resource, props }) => ({
        resource,
        property: "networkConfiguration",
        groups: () => props.networkConfiguration?.securityGroups,
      })),
      ...allOf(resources, aws.lambda.Function).map(({ resource, props }) => ({
        resource,
        property: "vpcConfig",
        groups: () => props.vpcConfig?.securityGroupIds,
      })),
      ...allOf(resources, aws.codebuild.Project).map(({ resource, props }) => ({
        resource,
        property: "vpcConfig",
        groups: () => props.vpcConfig?.securityGroupIds,
      })),
    ];
    judgeEach(allOf(resources, aws.ec2.SecurityGroup), ({ resource: group }) => {
      // What is not known yet may be public as well: public-ports says that it could not be judged.
      if (![...inboundOf(group)].some((rule) => known(() => isPublic(rule)))) return;
      for (const { resource, property, groups } of insiders)
        if (refersTo(resource, property, groups, group, () => (group.props as { id?: string }).id))
          violation(
            `${called(resource)} uses ${called(group)}, which lets the whole world in. Give it a security group of its ` +
              `own that only the load balancer's may pass.`,
            resource.urn,
          );
    });
  },
};

const privateTasks: ResourceValidationPolicy = {
  name: "private-tasks",
  description:
    "Tasks are reached through their load balancer and call out through NAT: none has a public address. " +
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
  enforcementLevel: "mandatory",
  validateResource: validateResourceOfType(aws.ecs.Service, (service, args, violation) => {
    if (service.networkConfiguration?.assignPublicIp === true)
      violation(
        `Tasks of ${called(args)} have public addresses. Set networkConfiguration.assignPublicIp false and use ` +
          `private subnets.`,
      );
  }),
};

export const access: Policies = [privateBuckets, publicPorts, publicGroups, privateTasks];
