import * as sdk from "@aws-sdk/client-dynamodb";
import { each, pages } from "../answers";
import type { Service } from "../resource";
import { tagsOf, without } from "../shapes";

/** DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html */
export const dynamodb: Service = {
  types: ["aws:dynamodb/table:Table"],
  async read(aws) {
    const client = aws.client(sdk.DynamoDBClient);
    const names = await pages(sdk.paginateListTables({ client }, {}), (page) => page.TableNames);
    return each(names, async (name) => {
      const { Table = {} } = await client.send(new sdk.DescribeTableCommand({ TableName: name }));
      const [{ Tags }, { TimeToLiveDescription }, { ContinuousBackupsDescription: backups }] =
        await Promise.all([
          client.send(new sdk.ListTagsOfResourceCommand({ ResourceArn: Table.TableArn })),
          client.send(new sdk.DescribeTimeToLiveCommand({ TableName: name })),
          client.send(new sdk.DescribeContinuousBackupsCommand({ TableName: name })),
        ]);
      const { PointInTimeRecoveryStatus } = backups?.PointInTimeRecoveryDescription ?? {};
      return [
        {
          kind: "table",
          name,
          attributes: {
            ...without(Table, "TableName", "TableArn", "TableId", "CreationDateTime", "ItemCount", "TableSizeBytes"),
            // A set: each tool sends them in an order of its own.
            AttributeDefinitions: Table.AttributeDefinitions?.toSorted((a, b) =>
              String(a.AttributeName).localeCompare(String(b.AttributeName)),
            ),
            TimeToLive: TimeToLiveDescription,
            PointInTimeRecovery: PointInTimeRecoveryStatus,
            Tags: tagsOf(Tags),
          },
        },
      ];
    });
  },
};
