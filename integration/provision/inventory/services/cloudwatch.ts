import * as sdk from "@aws-sdk/client-cloudwatch";
import type { Session } from "../../direct/session";
import { each, tokens } from "../answers";
import type { Found, Service } from "../resource";
import { recordOf, setOf, tagsOf, without } from "../shapes";

const client = (aws: Session) => aws.client(sdk.CloudWatchClient);

const dimensions = (list: sdk.Dimension[] | undefined) =>
  recordOf(
    list,
    ({ Name }) => Name,
    ({ Value }) => Value,
  );

/** What metric and composite alarms have in common, without their state of the moment. */
async function alarm(kind: string, one: sdk.MetricAlarm | sdk.CompositeAlarm, aws: Session): Promise<Found> {
  const ResourceARN = one.AlarmArn ?? "";
  const { Tags } = await client(aws).send(new sdk.ListTagsForResourceCommand({ ResourceARN }));
  return {
    kind,
    name: one.AlarmName ?? "",
    attributes: {
      ...without(
        one,
        "AlarmName",
        "AlarmArn",
        "AlarmConfigurationUpdatedTimestamp",
        "StateValue",
        "StateReason",
        "StateReasonData",
        "StateUpdatedTimestamp",
        "StateTransitionedTimestamp",
      ),
      OKActions: setOf(one.OKActions),
      AlarmActions: setOf(one.AlarmActions),
      InsufficientDataActions: setOf(one.InsufficientDataActions),
      Tags: tagsOf(Tags),
    },
  };
}

async function alarms(aws: Session): Promise<Found[]> {
  // Metric alarms only, unless asked:
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  const AlarmTypes: sdk.AlarmType[] = ["MetricAlarm", "CompositeAlarm"];
  const answers = await tokens<string, sdk.DescribeAlarmsCommandOutput>(async (NextToken) => {
    const answer = await client(aws).send(new sdk.DescribeAlarmsCommand({ AlarmTypes, NextToken }));
    return [[answer], answer.NextToken];
  });
  const metric = answers.flatMap(({ MetricAlarms }) => MetricAlarms ?? []);
  const composite = answers.flatMap(({ CompositeAlarms }) => CompositeAlarms ?? []);
  return [
    ...(await each(metric, async (one) => {
      const found = await alarm("alarm", one, aws);
      const more = { Dimensions: dimensions(one.Dimensions), Metrics: queries(one.Metrics) };
      return [{ ...found, attributes: { ...without(found.attributes, "EvaluationState"), ...more } }];
    })),
    ...(await each(composite, async (one) => [await alarm("composite alarm", one, aws)])),
  ];
}

/** Metrics and the sums of them, by id. */
const queries = (metrics: sdk.MetricDataQuery[] | undefined) =>
  recordOf(
    metrics,
    ({ Id }) => Id,
    ({ Id, MetricStat, ...query }) => ({
      ...query,
      ...MetricStat,
      Metric: MetricStat && { ...MetricStat.Metric, Dimensions: dimensions(MetricStat.Metric?.Dimensions) },
    }),
  );

async function dashboards(aws: Session): Promise<Found[]> {
  const all = await tokens<string, sdk.DashboardEntry>(async (NextToken) => {
    const answer = await client(aws).send(new sdk.ListDashboardsCommand({ NextToken }));
    return [answer.DashboardEntries, answer.NextToken];
  });
  return each(all, async ({ DashboardName = "" }) => {
    const { DashboardBody } = await client(aws).send(new sdk.GetDashboardCommand({ DashboardName }));
    return [{ kind: "dashboard", name: DashboardName, attributes: { DashboardBody } }];
  });
}

/** CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html */
export const cloudwatch: Service = {
  types: [
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    "aws:cloudwatch/dashboard:Dashboard",
  ],
  read: (aws) => each([alarms, dashboards], (table) => table(aws)),
};
