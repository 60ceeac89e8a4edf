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

export const client = ({ aws }: Creating) => aws.client(sdk.ElasticLoadBalancingV2Client);

/** The service refuses an empty list of tags. */
export const tagsOrNone = ({ tags }: Creating) =>
  Object.keys(tags).length > 0 ? keyValues(tags) : undefined;

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
    "load_balancing.cross_zone.enabled": inputs.enableCrossZoneLoadBalancing,
    "access_logs.s3.enabled": accessLogs && (accessLogs.enabled ?? false),
    "access_logs.s3.bucket": accessLogs?.bucket,
    "access_logs.s3.prefix": accessLogs?.prefix,
    // The provider writes AWS's defaults, too.
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
    ...(type === "application" && {
      "idle_timeout.timeout_seconds": inputs.idleTimeout,
      "routing.http.drop_invalid_header_fields.enabled": inputs.dropInvalidHeaderFields,
      "routing.http.desync_mitigation_mode": inputs.desyncMitigationMode ?? "defensive",
      "routing.http2.enabled": inputs.enableHttp2 ?? true,
      "routing.http.preserve_host_header.enabled": inputs.preserveHostHeader ?? false,
      "routing.http.xff_header_processing.mode": inputs.xffHeaderProcessingMode ?? "append",
      "routing.http.xff_client_port.enabled": inputs.enableXffClientPort ?? false,
      "routing.http.x_amzn_tls_version_and_cipher_suite.enabled":
        inputs.enableTlsVersionAndCipherSuiteHeaders ?? false,
      "waf.fail_open.enabled": inputs.enableWafFailOpen ?? false,
      "zonal_shift.config.enabled": inputs.enableZonalShift ?? false,
      "client_keep_alive.seconds": inputs.clientKeepAlive ?? 3600,
      "connection_logs.s3.enabled": inputs.connectionLogs?.enabled ?? false,
      "health_check_logs.s3.enabled": false,
    }),
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

/** Elastic Load Balancing: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html */
export const loadBalancing: ResourceTypes = {
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
};
