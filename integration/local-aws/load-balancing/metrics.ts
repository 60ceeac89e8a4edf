import type { MetricScope, MetricStore, Series } from "../core/metric-store";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
export const applicationElb = "AWS/ApplicationELB";

/** `app/name/id` of `arn:…:loadbalancer/app/name/id`; `targetgroup/name/id` of a target group's ARN. */
export const loadBalancerDimension = (arn: string): string => arn.split(":loadbalancer/")[1] ?? arn;
export const targetGroupDimension = (arn: string): string => arn.split(":")[5] ?? arn;

/**
 * What is measured of the requests to one target group of one load balancer, with the dimensions {LoadBalancer} and
 * {TargetGroup, LoadBalancer}. There are no Availability Zones here, so the sets with AvailabilityZone are left out.
 * Counts are reported where there is a nonzero value, as on AWS: no data is no failure.
 */
export class TargetMetrics {
  private readonly series = new Map<string, readonly [Series, Series]>();

  constructor(
    private readonly store: MetricStore,
    private readonly scope: MetricScope,
    private readonly loadBalancerArn: string,
    private readonly targetGroupArn: string,
  ) {}

  /** A target was chosen: only such requests count. */
  request(atMs: number): void {
    this.add("RequestCount", 1, atMs);
  }

  /** @param seconds from when the request left the load balancer until the target began to send headers */
  answer(status: number, seconds: number, atMs: number): void {
    this.add("TargetResponseTime", seconds, atMs);
    const hundreds = Math.floor(status / 100);
    if (hundreds >= 2 && hundreds <= 5) this.add(`HTTPCode_Target_${hundreds}XX_Count`, 1, atMs);
  }

  connectionError(atMs: number): void {
    this.add("TargetConnectionErrorCount", 1, atMs);
  }

  private add(metric: string, value: number, atMs: number): void {
    let pair = this.series.get(metric);
    if (!pair) {
      const LoadBalancer = loadBalancerDimension(this.loadBalancerArn);
      const TargetGroup = targetGroupDimension(this.targetGroupArn);
      pair = [
        this.store.series(this.scope, applicationElb, metric, { LoadBalancer }),
        this.store.series(this.scope, applicationElb, metric, { LoadBalancer, TargetGroup }),
      ];
      this.series.set(metric, pair);
    }
    pair[0].add(value, atMs);
    pair[1].add(value, atMs);
  }
}

/** A 5xx that the load balancer itself answered: dimension {LoadBalancer} only. */
export function countLoadBalancerError(
  store: MetricStore,
  scope: MetricScope,
  loadBalancerArn: string,
  status: number,
  atMs: number,
): void {
  const dimensions = { LoadBalancer: loadBalancerDimension(loadBalancerArn) };
  store.series(scope, applicationElb, "HTTPCode_ELB_5XX_Count", dimensions).add(1, atMs);
  if ([500, 502, 503, 504].includes(status))
    store.series(scope, applicationElb, `HTTPCode_ELB_${status}_Count`, dimensions).add(1, atMs);
}

/** How many targets are healthy and unhealthy: dimensions {TargetGroup, LoadBalancer} only. */
export function countHosts(
  store: MetricStore,
  scope: MetricScope,
  loadBalancerArn: string,
  targetGroupArn: string,
  hosts: { healthy: number; unhealthy: number },
  atMs: number,
): void {
  const dimensions = {
    LoadBalancer: loadBalancerDimension(loadBalancerArn),
    TargetGroup: targetGroupDimension(targetGroupArn),
  };
  store.series(scope, applicationElb, "HealthyHostCount", dimensions).add(hosts.healthy, atMs);
  store.series(scope, applicationElb, "UnHealthyHostCount", dimensions).add(hosts.unhealthy, atMs);
}
