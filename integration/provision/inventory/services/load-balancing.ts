import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Session } from "../../direct/session";
import { batches, each, pages } from "../answers";
import type { Found, Service } from "../resource";
import { recordOf, setOf, tagsOf, without } from "../shapes";

const client = (aws: Session) => aws.client(elb.ElasticLoadBalancingV2Client);

const attributesOf = ({ Attributes }: { Attributes?: { Key?: string; Value?: string }[] }) =>
  recordOf(
    Attributes,
    ({ Key }) => Key,
    ({ Value }) => Value,
  );

async function tagsByArn(aws: Session, arns: string[]): Promise<Map<string, elb.Tag[]>> {
  // At most 20 at once: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
  const described = await each(batches(arns, 20), async (ResourceArns) => {
    const answer = await client(aws).send(new elb.DescribeTagsCommand({ ResourceArns }));
    return answer.TagDescriptions ?? [];
  });
  return new Map(described.map(({ ResourceArn, Tags }) => [ResourceArn ?? "", Tags ?? []]));
}

/** An action, with the weights of a forward by target group. */
const action = (one: elb.Action) => ({
  ...one,
  ForwardConfig: one.ForwardConfig && {
    ...one.ForwardConfig,
    TargetGroups: recordOf(
      one.ForwardConfig.TargetGroups,
      ({ TargetGroupArn }) => TargetGroupArn,
      ({ Weight }) => Weight,
    ),
  },
});

async function targetGroups(aws: Session): Promise<Found[]> {
  const paginator = elb.paginateDescribeTargetGroups({ client: client(aws) }, {});
  const all = await pages(paginator, (page) => page.TargetGroups);
  const tags = await tagsByArn(
    aws,
    all.map(({ TargetGroupArn }) => TargetGroupArn ?? ""),
  );
  return each(all, async (group) => {
    const TargetGroupArn = group.TargetGroupArn ?? "";
    const command = new elb.DescribeTargetGroupAttributesCommand({ TargetGroupArn });
    return [
      {
        kind: "target group",
        name: group.TargetGroupName ?? "",
        // Metrics know it by the end of its ARN.
        ids: [TargetGroupArn, TargetGroupArn.replace(/^.*:/, "")],
        attributes: {
          ...without(group, "TargetGroupArn", "TargetGroupName"),
          LoadBalancerArns: setOf(group.LoadBalancerArns),
          Attributes: attributesOf(await client(aws).send(command)),
          Tags: tagsOf(tags.get(TargetGroupArn)),
        },
      },
    ];
  });
}

async function loadBalancers(aws: Session): Promise<Found[]> {
  const paginator = elb.paginateDescribeLoadBalancers({ client: client(aws) }, {});
  const all = await pages(paginator, (page) => page.LoadBalancers);
  const tags = await tagsByArn(
    aws,
    all.map(({ LoadBalancerArn }) => LoadBalancerArn ?? ""),
  );
  return each(all, async (balancer) => {
    const LoadBalancerArn = balancer.LoadBalancerArn ?? "";
    const command = new elb.DescribeLoadBalancerAttributesCommand({ LoadBalancerArn });
    const found: Found = {
      kind: "load balancer",
      name: balancer.LoadBalancerName ?? "",
      ids: [LoadBalancerArn, LoadBalancerArn.replace(/^.*:loadbalancer\//, ""), balancer.DNSName ?? ""],
      attributes: {
        ...without(balancer, "LoadBalancerArn", "LoadBalancerName", "DNSName", "State"),
        AvailabilityZones: recordOf(
          balancer.AvailabilityZones,
          ({ SubnetId }) => SubnetId,
          (zone) => without(zone, "SubnetId"),
        ),
        SecurityGroups: setOf(balancer.SecurityGroups),
        Attributes: attributesOf(await client(aws).send(command)),
        Tags: tagsOf(tags.get(LoadBalancerArn)),
      },
    };
    return [found, ...(await listeners(aws, LoadBalancerArn, found.name))];
  });
}

async function listeners(aws: Session, LoadBalancerArn: string, balancer: string): Promise<Found[]> {
  const paginator = elb.paginateDescribeListeners({ client: client(aws) }, { LoadBalancerArn });
  const all = await pages(paginator, (page) => page.Listeners);
  const tags = await tagsByArn(
    aws,
    all.map(({ ListenerArn }) => ListenerArn ?? ""),
  );
  return each(all, async (listener) => {
    const ListenerArn = listener.ListenerArn ?? "";
    const command = new elb.DescribeListenerAttributesCommand({ ListenerArn });
    const certificates = listener.Certificates
      ? await pages(
          elb.paginateDescribeListenerCertificates({ client: client(aws) }, { ListenerArn }),
          (page) => page.Certificates,
        )
      : undefined;
    const found: Found = {
      kind: "listener",
      name: `${balancer}:${listener.Port}`,
      // Its rules' ARNs have the end of its own.
      ids: [ListenerArn, ListenerArn.replace(/^.*:listener\//, "")],
      attributes: {
        ...without(listener, "ListenerArn"),
        DefaultActions: listener.DefaultActions?.map(action),
        Certificates: setOf(certificates),
        Attributes: attributesOf(await client(aws).send(command)),
        Tags: tagsOf(tags.get(ListenerArn)),
      },
    };
    return [found, ...(await rules(aws, ListenerArn, found.name))];
  });
}

async function rules(aws: Session, ListenerArn: string, listener: string): Promise<Found[]> {
  const paginator = elb.paginateDescribeRules({ client: client(aws) }, { ListenerArn });
  // The default rule is the listener's default actions once more.
  const all = (await pages(paginator, (page) => page.Rules)).filter(({ IsDefault }) => !IsDefault);
  const tags = await tagsByArn(
    aws,
    all.map(({ RuleArn }) => RuleArn ?? ""),
  );
  return all.map((rule) => ({
    kind: "listener rule",
    name: `${listener} ${rule.Priority}`,
    ids: [rule.RuleArn ?? ""],
    attributes: {
      ...without(rule, "RuleArn"),
      ListenerArn,
      Conditions: setOf(rule.Conditions),
      Actions: rule.Actions?.map(action),
      Tags: tagsOf(tags.get(rule.RuleArn ?? "")),
    },
  }));
}

/** Elastic Load Balancing: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html */
export const loadBalancing: Service = {
  types: [
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/listener:Listener",
    "aws:lb/listenerRule:ListenerRule",
  ],
  read: (aws) => each([loadBalancers, targetGroups], (table) => table(aws)),
};
