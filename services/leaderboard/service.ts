import * as dynamodb from "@pulumi/aws/dynamodb";
import { ecsService } from "../../infra/definitions";

export default ecsService({
  name: "leaderboard",
  healthCheckPath: "/health",
  hook: "hooks/after_allow_test_traffic.py",
  secrets: { SIGNING_KEY: { secret: "leaderboard/signing-key" } },
  resources: ({ service, physicalName, options }) => {
    const table = new dynamodb.Table(
      `${service}-scores`,
      {
        name: physicalName("scores"),
        billingMode: "PAY_PER_REQUEST",
        hashKey: "kind",
        rangeKey: "place",
        attributes: [
          { name: "kind", type: "S" },
          { name: "place", type: "S" },
        ],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
      },
      options,
    );
    return {
      environment: { SCORES_TABLE: table.name },
      permissions: [
        {
          actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query"],
          resources: [table.arn],
        },
      ],
    };
  },
  objectives: { availabilityPercent: 99.9, latencyP99Ms: 500 },
  expectedRate: 10,
});
