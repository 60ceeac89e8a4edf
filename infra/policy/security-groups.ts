import type * as aws from "@pulumi/aws";

/** Ports that serve the customers of a load balancer. */
export const customerPorts = [80, 443];

/** What a security group lets in, in whichever class of resource it is written. */
export interface Inbound {
  protocol: string;
  from?: number;
  to?: number;
  cidrs: string[];
}

interface Rule {
  protocol: string;
  fromPort?: number;
  toPort?: number;
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
}

/** The inbound rules that a resource makes. Each is read only when it is asked for: parts may be unknown. */
export function* inboundOf({ type, props }: { type: string; props: unknown }): Generator<Inbound> {
  switch (type) {
    case "aws:ec2/securityGroup:SecurityGroup":
    case "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
      for (const rule of (props as { ingress?: Rule[] }).ingress ?? []) yield lazily(rule);
      break;
    case "aws:ec2/securityGroupRule:SecurityGroupRule": {
      const rule = props as Rule & { type: string };
      if (rule.type === "ingress") yield lazily(rule);
      break;
    }
    case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
      const rule = props as aws.types.output.ec2.SecurityGroupIngress & {
        ipProtocol: string;
        cidrIpv4?: string;
        cidrIpv6?: string;
      };
      yield {
        protocol: rule.ipProtocol,
        from: rule.fromPort,
        to: rule.toPort,
        get cidrs() {
          return [rule.cidrIpv4, rule.cidrIpv6].flatMap((cidr) => cidr ?? []);
        },
      };
    }
  }
}

function lazily(rule: Rule): Inbound {
  return {
    protocol: rule.protocol,
    from: rule.fromPort,
    to: rule.toPort,
    get cidrs() {
      return [...(rule.cidrBlocks ?? []), ...(rule.ipv6CidrBlocks ?? [])];
    },
  };
}

/** Whether everybody is let in: by `0.0.0.0/0`, or by a block so wide that nobody owns it. */
export function isPublic({ cidrs }: Inbound): boolean {
  return cidrs.some((cidr) => Number(cidr.split("/")[1]) < 8);
}
