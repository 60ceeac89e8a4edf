import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { each, pages } from "../answers";
import type { Service } from "../resource";
import { without } from "../shapes";

/** CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html */
export const logs: Service = {
  types: ["aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/logMetricFilter:LogMetricFilter"],
  async read(aws) {
    const client = aws.client(sdk.CloudWatchLogsClient);
    const [groups, filters] = await Promise.all([
      pages(sdk.paginateDescribeLogGroups({ client }, {}), (page) => page.logGroups),
      pages(sdk.paginateDescribeMetricFilters({ client }, {}), (page) => page.metricFilters),
    ]);
    const found = await each(groups, async (group) => {
      // The group's ARN of this operation has no ":*" at its end:
      // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
      const resourceArn = group.logGroupArn ?? group.arn?.replace(/:\*$/, "");
      const { tags } = await client.send(new sdk.ListTagsForResourceCommand({ resourceArn }));
      return [
        {
          kind: "log group",
          name: group.logGroupName ?? "",
          attributes: {
            ...without(
              group,
              "logGroupName",
              "arn",
              "logGroupArn",
              "creationTime",
              "storedBytes",
              "metricFilterCount",
            ),
            tags,
          },
        },
      ];
    });
    return [
      ...found,
      ...filters.map((filter) => ({
        kind: "metric filter",
        name: `${filter.logGroupName}: ${filter.filterName}`,
        attributes: without(filter, "filterName", "logGroupName", "creationTime"),
      })),
    ];
  },
};
