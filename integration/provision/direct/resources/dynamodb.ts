import * as sdk from "@aws-sdk/client-dynamodb";
import type * as aws from "@pulumi/aws";
import { keyValues, physicalName, present, resourceType, type ResourceTypes, until } from "../resource-type";

const table = resourceType<aws.dynamodb.TableArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 255);
  const client = resource.aws.client(sdk.DynamoDBClient);
  const key = (hash: string | undefined, range: string | undefined): sdk.KeySchemaElement[] => [
    ...(hash === undefined ? [] : [{ AttributeName: hash, KeyType: "HASH" as const }]),
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: "RANGE" as const }]),
  ];
  const encryption = inputs.serverSideEncryption;
  await client.send(
    new sdk.CreateTableCommand({
      TableName: name,
      AttributeDefinitions: inputs.attributes?.map((attribute) => ({
        AttributeName: attribute.name,
        AttributeType: attribute.type as sdk.ScalarAttributeType,
      })),
      KeySchema: key(inputs.hashKey, inputs.rangeKey),
      // The provider's default is provisioned capacity.
      BillingMode: (inputs.billingMode ?? "PROVISIONED") as sdk.BillingMode,
      ProvisionedThroughput:
        inputs.billingMode === "PAY_PER_REQUEST"
          ? undefined
          : { ReadCapacityUnits: inputs.readCapacity, WriteCapacityUnits: inputs.writeCapacity },
      GlobalSecondaryIndexes: inputs.globalSecondaryIndexes?.map((index) => ({
        IndexName: index.name,
        KeySchema: key(index.hashKey, index.rangeKey),
        Projection: {
          ProjectionType: index.projectionType as sdk.ProjectionType,
          NonKeyAttributes: index.nonKeyAttributes,
        },
      })),
      TableClass: inputs.tableClass as sdk.TableClass | undefined,
      DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
      SSESpecification: encryption && { Enabled: encryption.enabled, KMSMasterKeyId: encryption.kmsKeyArn },
      Tags: keyValues(resource.tags),
    }),
  );
  const created = await until(`the table ${name}`, async () => {
    const { Table } = await client.send(new sdk.DescribeTableCommand({ TableName: name }));
    return Table?.TableStatus === "ACTIVE" ? Table : undefined;
  });
  const ttl = inputs.ttl;
  if (ttl)
    await client.send(
      new sdk.UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: ttl.attributeName, Enabled: ttl.enabled ?? true },
      }),
    );
  const backups = inputs.pointInTimeRecovery;
  if (backups)
    await client.send(
      new sdk.UpdateContinuousBackupsCommand({
        TableName: name,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: backups.enabled,
          RecoveryPeriodInDays: backups.recoveryPeriodInDays,
        },
      }),
    );
  return { id: name, outputs: { name, arn: present(created.TableArn, "the table's ARN") } };
});

/** DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html */
export const dynamodb: ResourceTypes = { "aws:dynamodb/table:Table": table };
