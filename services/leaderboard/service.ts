import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ecsService } from "../../infra/definitions";

export default ecsService({
  name: "leaderboard",
  hook: "hooks/after_allow_test_traffic.py",
  secrets: { SIGNING_KEY: { secret: "leaderboard/signing-key" } },
  resources: ({ service, physicalName, options }) => {
    const table = new aws.dynamodb.Table(
      `${service}-scores`,
      {
        name: physicalName("scores"),
        billingMode: "PAY_PER_REQUEST",
        hashKey: "board",
        rangeKey: "player",
        attributes: [
          { name: "board", type: "S" },
          { name: "player", type: "S" },
          { name: "points", type: "N" },
        ],
        globalSecondaryIndexes: [
          { name: "by-points", hashKey: "board", rangeKey: "points", projectionType: "ALL" },
        ],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
      },
      options,
    );
    return {
      environment: { SCORES_TABLE: table.name },
      permissions: [
        { actions: ["dynamodb:UpdateItem"], resources: [table.arn] },
        { actions: ["dynamodb:Query"], resources: [pulumi.interpolate`${table.arn}/index/by-points`] },
      ],
    };
  },
  objectives: { availabilityPercent: 99.9, latencyP99Ms: 500 },
  expectedRate: 10,
});
