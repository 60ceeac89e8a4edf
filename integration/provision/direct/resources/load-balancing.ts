import * as sdk from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as aws from "@pulumi/aws";
import {
  type Creating,
  keyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.ElasticLoadBalancingV2Client);

/** The service refuses an empty list of tags. */
const tagsOrNone = ({ tags }: Creating) => (Object.keys(tags).length > 0 ? keyValues(tags) : undefined);

/** `Key` to a value that was given, as the service's attributes are written. */
function attributes(
  given: Record<string, string | number | boolean | undefined>,
): { Key: string; Value: string }[] {
  return Object.entries(given).flatMap(([Key, value]) =>
    value === undefined ? [] : [{ Key, Value: String(value) }],
  );
}

const loadBalancer = resourceType<aws.lb.LoadBalancerArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 32);
  const type = inputs.loadBalancerType ?? "application";
  const answer = await client(resource).send(
    new sdk.CreateLoadBalancerCommand({
      Name: name,
      Type: type as sdk.LoadBalancerTypeEnum,
      Scheme: inputs.internal ? "internal" : "internet-facing",
      Subnets: inputs.subnets && [...inputs.subnets],
      SubnetMappings: inputs.subnetMappings?.map((mapping) => ({
        SubnetId: mapping.subnetId,
        AllocationId: mapping.allocationId,
      })),
      SecurityGroups: inputs.securityGroups && [...inputs.securityGroups],
      IpAddressType: inputs.ipAddressType as sdk.IpAddressType | undefined,
      Tags: tagsOrNone(resource),
    }),
  );
  const created = present(answer.LoadBalancers?.[0], "the load balancer");
  const arn = present(created.LoadBalancerArn, "the load balancer's ARN");
  const { accessLogs } = inputs;
  const Attributes = attributes({
    "deletion_protection.enabled": inputs.enableDeletionProtection,
    "idle_timeout.timeout_seconds": inputs.idleTimeout,
    "routing.http.drop_invalid_header_fields.enabled": inputs.dropInvalidHeaderFields,
    "routing.http.desync_mitigation_mode": inputs.desyncMitigationMode,
    "routing.http2.enabled": inputs.enableHttp2,
    "routing.http.preserve_host_header.enabled": inputs.preserveHostHeader,
    "routing.http.xff_header_processing.mode": inputs.xffHeaderProcessingMode,
    "client_keep_alive.seconds": inputs.clientKeepAlive,
    "load_balancing.cross_zone.enabled": inputs.enableCrossZoneLoadBalancing,
    "access_logs.s3.enabled": accessLogs && (accessLogs.enabled ?? false),
    "access_logs.s3.bucket": accessLogs?.bucket,
    "access_logs.s3.prefix": accessLogs?.prefix,
  });
  if (Attributes.length > 0) {
    await client(resource).send(
      new sdk.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes }),
    );
  }
  return {
    id: arn,
    outputs: {
      arn,
      name,
      arnSuffix: arn.replace(/^.*:loadbalancer\//, ""),
      dnsName: created.DNSName,
      zoneId: created.CanonicalHostedZoneId,
      vpcId: created.VpcId,
      loadBalancerType: type,
      internal: inputs.internal ?? false,
      ipAddressType: created.IpAddressType ?? "ipv4",
      subnets: inputs.subnets ?? [],
      securityGroups: inputs.securityGroups ?? [],
      idleTimeout: inputs.idleTimeout ?? 60,
      enableDeletionProtection: inputs.enableDeletionProtection ?? false,
      enableHttp2: inputs.enableHttp2 ?? true,
      dropInvalidHeaderFields: inputs.dropInvalidHeaderFields ?? false,
    },
  };
});

const targetGroup = resourceType<aws.lb.TargetGroupArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 32);
  const check = inputs.healthCheck;
  const isLambda = inputs.targetType === "lambda";
  const answer = await client(resource).send(
    new sdk.CreateTargetGroupCommand({
      Name: name,
      TargetType: (inputs.targetType ?? "instance") as sdk.TargetTypeEnum,
      ...(isLambda
        ? {}
        : {
            Port: inputs.port,
            Protocol: inputs.protocol as sdk.ProtocolEnum | undefined,
            ProtocolVersion: inputs.protocolVersion,
            VpcId: inputs.vpcId,
          }),
      IpAddressType: inputs.ipAddressType as sdk.TargetGroupIpAddressTypeEnum | undefined,
      ...(check
        ? {
            HealthCheckEnabled: check.enabled ?? true,
            HealthCheckPath: check.path,
            HealthCheckPort: check.port ?? "traffic-port",
            HealthCheckProtocol: (check.protocol ?? "HTTP") as sdk.ProtocolEnum,
            HealthCheckIntervalSeconds: check.interval ?? 30,
            HealthCheckTimeoutSeconds: check.timeout,
            HealthyThresholdCount: check.healthyThreshold ?? 3,
            UnhealthyThresholdCount: check.unhealthyThreshold ?? 3,
            Matcher: check.matcher === undefined ? undefined : { HttpCode: check.matcher },
          }
        : {}),
      Tags: tagsOrNone(resource),
    }),
  );
  const created = present(answer.TargetGroups?.[0], "the target group");
  const arn = present(created.TargetGroupArn, "the target group's ARN");
  const sticky = inputs.stickiness;
  const Attributes = attributes({
    "deregistration_delay.timeout_seconds": inputs.deregistrationDelay,
    "slow_start.duration_seconds": inputs.slowStart,
    "load_balancing.algorithm.type": inputs.loadBalancingAlgorithmType,
    "stickiness.enabled": sticky && (sticky.enabled ?? true),
    "stickiness.type": sticky?.type,
    "stickiness.lb_cookie.duration_seconds": sticky?.cookieDuration,
  });
  if (Attributes.length > 0) {
    await client(resource).send(
      new sdk.ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes }),
    );
  }
  return {
    id: arn,
    outputs: {
      arn,
      name,
      arnSuffix: arn.replace(/^.*:targetgroup\//, "targetgroup/"),
      loadBalancerArns: [],
      targetType: inputs.targetType ?? "instance",
      protocolVersion: created.ProtocolVersion ?? (isLambda ? undefined : "HTTP1"),
      ipAddressType: created.IpAddressType ?? "ipv4",
      loadBalancingAlgorithmType: inputs.loadBalancingAlgorithmType ?? "round_robin",
      healthCheck: {
        enabled: created.HealthCheckEnabled ?? true,
        path: created.HealthCheckPath,
        port: created.HealthCheckPort ?? "traffic-port",
        protocol: created.HealthCheckProtocol,
        interval: created.HealthCheckIntervalSeconds,
        timeout: created.HealthCheckTimeoutSeconds,
        healthyThreshold: created.HealthyThresholdCount,
        unhealthyThreshold: created.UnhealthyThresholdCount,
        matcher: created.Matcher?.HttpCode ?? "200",
      },
    },
  };
});

/** An action of a listener or a rule, as the provider names its members. */
interface Action {
  type: string;
  order?: number;
  targetGroupArn?: string;
  forward?: {
    targetGroups: { arn: string; weight?: number }[];
    stickiness?: { enabled?: boolean; duration: number };
  };
  redirect?: {
    statusCode: string;
    host?: string;
    path?: string;
    port?: string;
    protocol?: string;
    query?: string;
  };
  fixedResponse?: { contentType: string; messageBody?: string; statusCode?: string };
}

/** An action as the service takes it. */
export function listenerAction(action: Action): sdk.Action {
  const { type, order, targetGroupArn, forward, redirect, fixedResponse } = action;
  return {
    Type: type as sdk.ActionTypeEnum,
    ...(order === undefined ? {} : { Order: order }),
    ...(targetGroupArn === undefined ? {} : { TargetGroupArn: targetGroupArn }),
    ...(forward && {
      ForwardConfig: {
        TargetGroups: forward.targetGroups.map((group) => ({
          TargetGroupArn: group.arn,
          Weight: group.weight ?? 1,
        })),
        TargetGroupStickinessConfig: forward.stickiness && {
          Enabled: forward.stickiness.enabled ?? false,
          DurationSeconds: forward.stickiness.duration,
        },
      },
    }),
    ...(redirect && {
      RedirectConfig: {
        StatusCode: redirect.statusCode as sdk.RedirectActionStatusCodeEnum,
        Host: redirect.host ?? "#{host}",
        Path: redirect.path ?? "/#{path}",
        Port: redirect.port ?? "#{port}",
        Protocol: redirect.protocol ?? "#{protocol}",
        Query: redirect.query ?? "#{query}",
      },
    }),
    ...(fixedResponse && {
      FixedResponseConfig: {
        ContentType: fixedResponse.contentType,
        MessageBody: fixedResponse.messageBody,
        StatusCode: fixedResponse.statusCode,
      },
    }),
  };
}

const listener = resourceType<aws.lb.ListenerArgs>(async (inputs, resource) => {
  // The provider lets a listener without a protocol be HTTP where the load balancer is an application's.
  const protocol = (inputs.protocol ?? "HTTP") as sdk.ProtocolEnum;
  const answer = await client(resource).send(
    new sdk.CreateListenerCommand({
      LoadBalancerArn: inputs.loadBalancerArn,
      Port: inputs.port,
      Protocol: protocol,
      SslPolicy: inputs.sslPolicy,
      Certificates:
        inputs.certificateArn === undefined ? undefined : [{ CertificateArn: inputs.certificateArn }],
      AlpnPolicy: inputs.alpnPolicy === undefined ? undefined : [inputs.alpnPolicy],
      DefaultActions: inputs.defaultActions.map((action) => listenerAction(action as Action)),
      Tags: tagsOrNone(resource),
    }),
  );
  const arn = present(answer.Listeners?.[0]?.ListenerArn, "the listener's ARN");
  return { id: arn, outputs: { arn, protocol, sslPolicy: inputs.sslPolicy ?? "" } };
});

const listenerRule = resourceType<aws.lb.ListenerRuleArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new sdk.CreateRuleCommand({
      ListenerArn: inputs.listenerArn,
      Priority: present(inputs.priority, "a priority: direct provisioning does not choose one"),
      Actions: inputs.actions.map((action) => listenerAction(action as Action)),
      Conditions: inputs.conditions.map((condition) => ({
        ...(condition.pathPattern && {
          Field: "path-pattern",
          PathPatternConfig: { Values: condition.pathPattern.values && [...condition.pathPattern.values] },
        }),
        ...(condition.hostHeader && {
          Field: "host-header",
          HostHeaderConfig: { Values: condition.hostHeader.values && [...condition.hostHeader.values] },
        }),
        ...(condition.httpHeader && {
          Field: "http-header",
          HttpHeaderConfig: {
            HttpHeaderName: condition.httpHeader.httpHeaderName,
            Values: condition.httpHeader.values && [...condition.httpHeader.values],
          },
        }),
      })),
      Tags: tagsOrNone(resource),
    }),
  );
  const arn = present(answer.Rules?.[0]?.RuleArn, "the rule's ARN");
  return { id: arn, outputs: { arn } };
});

/** Elastic Load Balancing: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html */
export const loadBalancing: ResourceTypes = {
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
  "aws:lb/listener:Listener": listener,
  "aws:lb/listenerRule:ListenerRule": listenerRule,
};
