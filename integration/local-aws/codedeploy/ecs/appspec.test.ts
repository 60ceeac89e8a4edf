import assert from "node:assert/strict";
import { InvalidRevisionException } from "@aws-sdk/client-codedeploy";
import { parseAppSpec } from "./appspec";

const good = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "arn:aws:ecs:us-east-1:111111111111:task-definition/api:3"
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
Hooks:
  - AfterAllowTestTraffic: arn:aws:lambda:us-east-1:111111111111:function:hook
`;

describe("an AppSpec file", () => {
  it("is read with its hooks", () => {
    assert.deepEqual(parseAppSpec(good), {
      taskDefinition: "arn:aws:ecs:us-east-1:111111111111:task-definition/api:3",
      containerName: "web",
      containerPort: 8080,
      platformVersion: undefined,
      networkConfiguration: undefined,
      hooks: { AfterAllowTestTraffic: "arn:aws:lambda:us-east-1:111111111111:function:hook" },
    });
  });

  it("may be JSON, with a network", () => {
    const TargetService = {
      Type: "AWS::ECS::Service",
      Properties: {
        TaskDefinition: "api:3",
        LoadBalancerInfo: { ContainerName: "web", ContainerPort: 80 },
        PlatformVersion: "LATEST",
        NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ["subnet-1"], AssignPublicIp: "DISABLED" } },
      },
    };
    assert.deepEqual(parseAppSpec(JSON.stringify({ version: 0.0, Resources: [{ TargetService }] })), {
      taskDefinition: "api:3",
      containerName: "web",
      containerPort: 80,
      platformVersion: "LATEST",
      networkConfiguration: { subnets: ["subnet-1"], securityGroups: undefined, assignPublicIp: "DISABLED" },
      hooks: {},
    });
  });

  const refused: [string, (text: string) => string, RegExp][] = [
    ["broken YAML", (text) => text.replace("ContainerName: web", "ContainerName: [web"), /line \d+: /],
    ["no map", () => "- 1", /not a map/],
    ["another version", (text) => text.replace("0.0", "1.0"), /line 1: version must be 0\.0/],
    [
      "a key that is not known",
      (text) => text.replace("Hooks:", "Hoks:"),
      /line \d+: Hoks is not known; allowed: version, Resources, Hooks/,
    ],
    [
      "an event without hooks",
      (text) => text.replace("AfterAllowTestTraffic", "Install"),
      /line 11: Hooks\.0\.Install is not known/,
    ],
    [
      "another type",
      (text) => text.replace("AWS::ECS::Service", "AWS::Lambda::Function"),
      /line 4: .*Type must be AWS::ECS::Service/,
    ],
    [
      "a port that is no number",
      (text) => text.replace("8080", "http"),
      /line 9: .*ContainerPort must be a number/,
    ],
    [
      "no task definition",
      (text) => text.replace(/ +TaskDefinition.*\n/, ""),
      /TaskDefinition must be a string/,
    ],
    [
      "no service",
      (text) => text.replace(/Resources:[^]*Hooks/, "Resources: []\nHooks"),
      /exactly one TargetService/,
    ],
    [
      "a hook twice",
      (text) => `${text}  - AfterAllowTestTraffic: other\n`,
      /line 12: Hooks\.1\.AfterAllowTestTraffic is there twice/,
    ],
  ];
  for (const [what, change, message] of refused) {
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => parseAppSpec(change(good)),
        (error: Error) => {
          assert.ok(error instanceof InvalidRevisionException);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});
