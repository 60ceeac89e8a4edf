import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { toSeconds } from "../../lib/duration";
import type { Context } from "../context";
import type { LoadBalancer } from "../network/load-balancer";
import { physicalName } from "../../lib/naming";

export interface ServiceAlarmsArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  loadBalancer: LoadBalancer;
  /** Both are watched, as either may be the one with the new version. */
  targetGroups: { blue: aws.lb.TargetGroup; green: aws.lb.TargetGroup };
  /**
   * Answers with a 5xx status in a minute that are too many.
   * @example 5
   */
  target5xxPerMinute: number;
}

/**
 * The alarms that roll a deployment back: 5xx answers and unhealthy targets of each target group.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export class ServiceAlarms extends pulumi.ComponentResource {
  readonly names: pulumi.Output<string[]>;
  readonly arns: pulumi.Output<string[]>;
  readonly nodes: { alarms: aws.cloudwatch.MetricAlarm[] };

  constructor(name: string, args: ServiceAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:ServiceAlarms", name, {}, opts);

    const alarm = (kind: string, colour: "blue" | "green", what: Partial<aws.cloudwatch.MetricAlarmArgs>) =>
      new aws.cloudwatch.MetricAlarm(
        `${name}-${kind}-${colour}`,
        {
          name: physicalName("alarm", "greenroom", args.context.environment, args.service, kind, colour),
          namespace: "AWS/ApplicationELB",
          dimensions: {
            LoadBalancer: args.loadBalancer.arnSuffix,
            TargetGroup: args.targetGroups[colour].arnSuffix,
          },
          period: toSeconds("60 seconds"),
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          // No 5xx answer, and no target at all, is no data point.
          treatMissingData: "notBreaching",
          evaluationPeriods: 1,
          ...what,
        },
        { parent: this },
      );

    const alarms = (["blue", "green"] as const).flatMap((colour) => [
      alarm("target-5xx", colour, {
        alarmDescription: `${args.service} answers 5xx from its ${colour} target group`,
        metricName: "HTTPCode_Target_5XX_Count",
        statistic: "Sum",
        threshold: args.target5xxPerMinute,
      }),
      alarm("unhealthy-hosts", colour, {
        alarmDescription: `${args.service} has unhealthy targets in its ${colour} target group`,
        metricName: "UnHealthyHostCount",
        statistic: "Maximum",
        threshold: 1,
        // One minute may be a task that is only just starting.
        evaluationPeriods: 2,
      }),
    ]);

    this.nodes = { alarms };
    this.names = pulumi.all(alarms.map((a) => a.name));
    this.arns = pulumi.all(alarms.map((a) => a.arn));
    this.registerOutputs({ names: this.names });
  }
}
