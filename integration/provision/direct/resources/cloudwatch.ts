import * as sdk from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import type * as aws from "@pulumi/aws";
import {
  type Creating,
  keyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.CloudWatchClient);

const metricAlarm = resourceType<aws.cloudwatch.MetricAlarmArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 255);
  const dimensions = (given: Record<string, string> | undefined) =>
    given && Object.entries(given).map(([Name, Value]) => ({ Name, Value }));
  await client(resource).send(
    new sdk.PutMetricAlarmCommand({
      AlarmName: name,
      AlarmDescription: inputs.alarmDescription,
      ActionsEnabled: inputs.actionsEnabled ?? true,
      AlarmActions: inputs.alarmActions as string[] | undefined,
      OKActions: inputs.okActions as string[] | undefined,
      InsufficientDataActions: inputs.insufficientDataActions as string[] | undefined,
      ComparisonOperator: inputs.comparisonOperator as sdk.ComparisonOperator,
      EvaluationPeriods: inputs.evaluationPeriods,
      DatapointsToAlarm: inputs.datapointsToAlarm,
      Threshold: inputs.threshold,
      ThresholdMetricId: inputs.thresholdMetricId,
      TreatMissingData: inputs.treatMissingData ?? "missing",
      Namespace: inputs.namespace,
      MetricName: inputs.metricName,
      Dimensions: dimensions(inputs.dimensions),
      Period: inputs.period,
      Statistic: inputs.statistic as sdk.Statistic | undefined,
      ExtendedStatistic: inputs.extendedStatistic,
      Unit: inputs.unit as sdk.StandardUnit | undefined,
      EvaluateLowSampleCountPercentile: inputs.evaluateLowSampleCountPercentiles,
      Metrics: inputs.metricQueries?.map((query) => ({
        Id: query.id,
        AccountId: query.accountId,
        Expression: query.expression,
        Label: query.label,
        Period: query.period,
        ReturnData: query.returnData ?? false,
        MetricStat: query.metric && {
          Metric: {
            MetricName: query.metric.metricName,
            Namespace: query.metric.namespace,
            Dimensions: dimensions(query.metric.dimensions),
          },
          Period: query.metric.period,
          Stat: query.metric.stat,
          Unit: query.metric.unit as sdk.StandardUnit | undefined,
        },
      })),
      Tags: keyValues(resource.tags),
    }),
  );
  return {
    id: name,
    outputs: {
      name,
      arn: resource.aws.arn("cloudwatch", `alarm:${name}`),
      actionsEnabled: inputs.actionsEnabled ?? true,
      treatMissingData: inputs.treatMissingData ?? "missing",
    },
  };
});

const compositeAlarm = resourceType<aws.cloudwatch.CompositeAlarmArgs>(async (inputs, resource) => {
  await client(resource).send(
    new sdk.PutCompositeAlarmCommand({
      AlarmName: inputs.alarmName,
      AlarmRule: inputs.alarmRule,
      AlarmDescription: inputs.alarmDescription,
      ActionsEnabled: inputs.actionsEnabled ?? true,
      AlarmActions: inputs.alarmActions && [...inputs.alarmActions],
      OKActions: inputs.okActions && [...inputs.okActions],
      InsufficientDataActions: inputs.insufficientDataActions && [...inputs.insufficientDataActions],
      Tags: keyValues(resource.tags),
    }),
  );
  return {
    id: inputs.alarmName,
    outputs: { arn: resource.aws.arn("cloudwatch", `alarm:${inputs.alarmName}`) },
  };
});

const dashboard = resourceType<aws.cloudwatch.DashboardArgs>(async (inputs, resource) => {
  await client(resource).send(
    new sdk.PutDashboardCommand({ DashboardName: inputs.dashboardName, DashboardBody: inputs.dashboardBody }),
  );
  const { account, partition } = resource.aws;
  return {
    id: inputs.dashboardName,
    outputs: { dashboardArn: `arn:${partition}:cloudwatch::${account}:dashboard/${inputs.dashboardName}` },
  };
});

const logGroup = resourceType<aws.cloudwatch.LogGroupArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 512);
  const tags = resource.tags;
  const cloudWatchLogs = resource.aws.client(logs.CloudWatchLogsClient);
  await cloudWatchLogs.send(
    new logs.CreateLogGroupCommand({
      logGroupName: name,
      kmsKeyId: inputs.kmsKeyId,
      logGroupClass: inputs.logGroupClass as logs.LogGroupClass | undefined,
      ...(Object.keys(tags).length > 0 ? { tags } : {}),
    }),
  );
  const retentionInDays = inputs.retentionInDays ?? 0;
  // To the provider, 0 is "for ever", which is what a new group has.
  if (retentionInDays > 0) {
    await cloudWatchLogs.send(new logs.PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
  }
  // Only says what happens on deletion.
  void inputs.skipDestroy;
  return {
    id: name,
    outputs: {
      name,
      arn: resource.aws.arn("logs", `log-group:${name}`),
      retentionInDays,
      logGroupClass: inputs.logGroupClass ?? "STANDARD",
      skipDestroy: inputs.skipDestroy ?? false,
    },
  };
});

const logMetricFilter = resourceType<aws.cloudwatch.LogMetricFilterArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 512);
  const transformation = present(inputs.metricTransformation, "a metric transformation");
  await resource.aws.client(logs.CloudWatchLogsClient).send(
    new logs.PutMetricFilterCommand({
      logGroupName: inputs.logGroupName,
      filterName: name,
      filterPattern: inputs.pattern,
      metricTransformations: [
        {
          metricName: transformation.name,
          metricNamespace: transformation.namespace,
          metricValue: transformation.value,
          defaultValue:
            transformation.defaultValue === undefined ? undefined : Number(transformation.defaultValue),
          unit: transformation.unit as logs.StandardUnit | undefined,
        },
      ],
    }),
  );
  return { id: name, outputs: { name } };
});

/** CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html */
export const cloudwatch: ResourceTypes = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": compositeAlarm,
  "aws:cloudwatch/dashboard:Dashboard": dashboard,
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": logMetricFilter,
};
