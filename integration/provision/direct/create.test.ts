import assert from "node:assert/strict";
import { asset } from "@pulumi/pulumi";
import { createResource } from "./create";
import { findResourceType, knownTypes } from "./resources";
import { FakeSession } from "./testing";

const create = (type: string, inputs: object, session: FakeSession, name = "it") =>
  createResource(findResourceType(type), name, inputs, session);

const arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:";

describe("creating a resource", () => {
  it("lays outputs over inputs, and default tags under the resource's", async () => {
    const session = new FakeSession({}, { team: "green", stage: "none" });
    const { id, state } = await create(
      "aws:s3/bucket:Bucket",
      { bucket: "b", tags: { stage: "x" } },
      session,
    );
    assert.equal(id, "b");
    assert.deepEqual(session.calls, [
      ["CreateBucket", { Bucket: "b" }],
      [
        "PutBucketTagging",
        {
          Bucket: "b",
          Tagging: {
            TagSet: [
              { Key: "team", Value: "green" },
              { Key: "stage", Value: "x" },
            ],
          },
        },
      ],
    ]);
    const { arn, bucket, region, tags, tagsAll } = state;
    assert.deepEqual(
      { arn, bucket, region, tags, tagsAll },
      {
        arn: "arn:aws:s3:::b",
        bucket: "b",
        region: "us-east-1",
        tags: { stage: "x" },
        tagsAll: { team: "green", stage: "x" },
      },
    );
  });

  it("names it as the provider does", async () => {
    const { id } = await create("aws:s3/bucket:Bucket", {}, new FakeSession(), "Artifacts");
    assert.match(id, /^artifacts-[0-9a-f]{7}$/);
  });

  it("refuses a name that is too long for AWS", async () => {
    const long = "a".repeat(30);
    await assert.rejects(
      create("aws:lb/targetGroup:TargetGroup", {}, new FakeSession(), long),
      /longer than the 32/,
    );
  });

  it("refuses an input that its type does not use, by its path", async () => {
    const inputs = {
      bucket: "b",
      versioningConfiguration: { status: "Enabled" },
      expectedBucketOwner: "111111111111",
    };
    await assert.rejects(create("aws:s3/bucketVersioning:BucketVersioning", inputs, new FakeSession()), {
      name: "IgnoredInputsError",
      message:
        "direct provisioning does not use the input expectedBucketOwner: " +
        "use it in the type's entry in integration/provision/direct/resources",
    });
  });

  it("refuses a type that it has no entry for, and says where to add it", () => {
    assert.throws(() => findResourceType("aws:ec2/instance:Instance"), {
      name: "UnknownTypeError",
      message:
        "direct provisioning does not know this resource type: " +
        "add it to integration/provision/direct/resources/network.ts or security-groups.ts",
    });
    assert.throws(
      () => findResourceType("gcp:storage/bucket:Bucket"),
      /add a file for "gcp:storage" and name it in/,
    );
  });

  it("has entries under the tokens of the provider", () => {
    for (const type of knownTypes()) {
      if (type.startsWith("awsx:")) continue;
      const [, module, file, name] = /^aws:([^/]+)\/([^:]+):(.+)$/.exec(type) ?? [];
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const loaded = require(`@pulumi/aws/${module}/${file}`) as Record<string, { __pulumiType?: string }>;
      assert.equal(loaded[name ?? ""]?.__pulumiType, type);
    }
  });
});

describe("a listener", () => {
  it("forwards by weight", async () => {
    const session = new FakeSession({
      CreateListener: { Listeners: [{ ListenerArn: `${arn}listener/app/x/1/2` }] },
    });
    const { id, state } = await create(
      "aws:lb/listener:Listener",
      {
        loadBalancerArn: `${arn}loadbalancer/app/x/1`,
        port: 80,
        protocol: "HTTP",
        defaultActions: [
          { type: "forward", forward: { targetGroups: [{ arn: "blue", weight: 90 }, { arn: "green" }] } },
        ],
      },
      session,
    );
    assert.deepEqual(session.calls, [
      [
        "CreateListener",
        {
          LoadBalancerArn: `${arn}loadbalancer/app/x/1`,
          Port: 80,
          Protocol: "HTTP",
          DefaultActions: [
            {
              Type: "forward",
              ForwardConfig: {
                TargetGroups: [
                  { TargetGroupArn: "blue", Weight: 90 },
                  { TargetGroupArn: "green", Weight: 1 },
                ],
              },
            },
          ],
        },
      ],
    ]);
    assert.equal(id, `${arn}listener/app/x/1/2`);
    assert.equal(state.arn, id);
  });
});

describe("a target group", () => {
  it("has its health check, its attributes and the suffix that metrics name it by", async () => {
    const session = new FakeSession({
      CreateTargetGroup: { TargetGroups: [{ TargetGroupArn: `${arn}targetgroup/blue/0123` }] },
    });
    const { state } = await create(
      "aws:lb/targetGroup:TargetGroup",
      {
        name: "blue",
        vpcId: "vpc-1",
        targetType: "ip",
        protocol: "HTTP",
        port: 8080,
        deregistrationDelay: 30,
        healthCheck: { path: "/health", matcher: "200", interval: 10, timeout: 5 },
      },
      session,
    );
    assert.deepEqual(session.calls, [
      [
        "CreateTargetGroup",
        {
          Name: "blue",
          TargetType: "ip",
          Port: 8080,
          Protocol: "HTTP",
          VpcId: "vpc-1",
          HealthCheckEnabled: true,
          HealthCheckPath: "/health",
          HealthCheckPort: "traffic-port",
          HealthCheckProtocol: "HTTP",
          HealthCheckIntervalSeconds: 10,
          HealthCheckTimeoutSeconds: 5,
          HealthyThresholdCount: 3,
          UnhealthyThresholdCount: 3,
          Matcher: { HttpCode: "200" },
        },
      ],
      [
        "ModifyTargetGroupAttributes",
        {
          TargetGroupArn: `${arn}targetgroup/blue/0123`,
          Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "30" }],
        },
      ],
    ]);
    assert.equal(state.arnSuffix, "targetgroup/blue/0123");
  });
});

describe("a security group", () => {
  it("lets out only what the program says", async () => {
    const session = new FakeSession({ CreateSecurityGroup: { GroupId: "sg-1" } });
    await create(
      "aws:ec2/securityGroup:SecurityGroup",
      {
        name: "tasks",
        description: "Tasks",
        vpcId: "vpc-1",
        ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, securityGroups: ["sg-2"], self: true }],
        egress: [{ description: "Out", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      },
      session,
    );
    assert.deepEqual(session.calls, [
      ["CreateSecurityGroup", { GroupName: "tasks", Description: "Tasks", VpcId: "vpc-1" }],
      [
        "RevokeSecurityGroupEgress",
        { GroupId: "sg-1", IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] },
      ],
      [
        "AuthorizeSecurityGroupIngress",
        {
          GroupId: "sg-1",
          IpPermissions: [
            {
              IpProtocol: "tcp",
              FromPort: 80,
              ToPort: 80,
              UserIdGroupPairs: [{ GroupId: "sg-2" }, { GroupId: "sg-1" }],
            },
          ],
        },
      ],
      [
        "AuthorizeSecurityGroupEgress",
        {
          GroupId: "sg-1",
          IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "Out" }] }],
        },
      ],
    ]);
  });
});

describe("a deployment group", () => {
  it("is as CodeDeploy takes it", async () => {
    const session = new FakeSession({ CreateDeploymentGroup: { deploymentGroupId: "id" } });
    const { state } = await create(
      "aws:codedeploy/deploymentGroup:DeploymentGroup",
      {
        appName: "app",
        deploymentGroupName: "group",
        deploymentConfigName: "canary",
        serviceRoleArn: "role",
        deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
        ecsService: { clusterName: "c", serviceName: "s" },
        loadBalancerInfo: {
          targetGroupPairInfo: {
            prodTrafficRoute: { listenerArns: ["p"] },
            testTrafficRoute: { listenerArns: ["t"] },
            targetGroups: [{ name: "blue" }, { name: "green" }],
          },
        },
        blueGreenDeploymentConfig: {
          deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
          terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
        },
        autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
        alarmConfiguration: { enabled: true, alarms: ["a"] },
      },
      session,
    );
    assert.deepEqual(session.calls, [
      [
        "CreateDeploymentGroup",
        {
          applicationName: "app",
          deploymentGroupName: "group",
          deploymentConfigName: "canary",
          serviceRoleArn: "role",
          deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
          ecsServices: [{ clusterName: "c", serviceName: "s" }],
          loadBalancerInfo: {
            targetGroupPairInfoList: [
              {
                prodTrafficRoute: { listenerArns: ["p"] },
                testTrafficRoute: { listenerArns: ["t"] },
                targetGroups: [{ name: "blue" }, { name: "green" }],
              },
            ],
          },
          blueGreenDeploymentConfiguration: {
            deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
            terminateBlueInstancesOnDeploymentSuccess: {
              action: "TERMINATE",
              terminationWaitTimeInMinutes: 5,
            },
          },
          autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
          alarmConfiguration: { enabled: true, ignorePollAlarmFailure: false, alarms: [{ name: "a" }] },
          tags: [],
        },
      ],
    ]);
    assert.equal(state.arn, "arn:aws:codedeploy:us-east-1:111111111111:deploymentgroup:app/group");
  });
});

describe("a pipeline", () => {
  const pipeline = (artifactStores: object[], action: object) => ({
    name: "p",
    roleArn: "role",
    pipelineType: "V2",
    artifactStores,
    stages: [
      {
        name: "Source",
        actions: [
          { name: "Source", category: "Source", owner: "AWS", provider: "S3", version: "1", ...action },
        ],
      },
    ],
    triggers: [
      {
        providerType: "CodeStarSourceConnection",
        gitConfiguration: { sourceActionName: "Source", pushes: [{ branches: { includes: ["main"] } }] },
      },
    ],
  });

  it("is as CodePipeline takes it", async () => {
    const session = new FakeSession();
    const inputs = pipeline([{ type: "S3", location: "bucket" }], {
      outputArtifacts: ["A"],
      configuration: { K: "v" },
    });
    const { id, state } = await create("aws:codepipeline/pipeline:Pipeline", inputs, session);
    assert.deepEqual(session.calls, [
      [
        "CreatePipeline",
        {
          pipeline: {
            name: "p",
            roleArn: "role",
            pipelineType: "V2",
            executionMode: "SUPERSEDED",
            artifactStore: { type: "S3", location: "bucket" },
            stages: [
              {
                name: "Source",
                actions: [
                  {
                    name: "Source",
                    actionTypeId: { category: "Source", owner: "AWS", provider: "S3", version: "1" },
                    configuration: { K: "v" },
                    inputArtifacts: [],
                    outputArtifacts: [{ name: "A" }],
                  },
                ],
              },
            ],
            triggers: [
              {
                providerType: "CodeStarSourceConnection",
                gitConfiguration: {
                  sourceActionName: "Source",
                  push: [{ branches: { includes: ["main"] } }],
                },
              },
            ],
          },
        },
      ],
    ]);
    assert.equal(id, "p");
    assert.equal(state.arn, "arn:aws:codepipeline:us-east-1:111111111111:p");
  });

  it("refuses what would be left out of an action", async () => {
    const inputs = pipeline([{ type: "S3", location: "bucket" }], { madeUp: 1 });
    await assert.rejects(create("aws:codepipeline/pipeline:Pipeline", inputs, new FakeSession()), {
      message: /does not use the input stages\[0\]\.actions\[0\]\.madeUp/,
    });
  });
});

describe("a function", () => {
  it("is uploaded as a zip file, and waited for", async () => {
    const session = new FakeSession({
      CreateFunction: { FunctionArn: "arn:f", Version: "$LATEST" },
      GetFunctionConfiguration: { State: "Active" },
    });
    const code = new asset.AssetArchive({ "index.js": new asset.StringAsset("x") });
    const { id, state } = await create(
      "aws:lambda/function:Function",
      {
        name: "f",
        role: "r",
        runtime: "nodejs22.x",
        handler: "index.handler",
        code,
        environment: { variables: { A: "b" } },
      },
      session,
    );
    const { Code, ...input } = session.calls[0]?.[1] as { Code: { ZipFile: unknown } };
    assert.ok(Code.ZipFile);
    assert.deepEqual(input, {
      FunctionName: "f",
      Role: "r",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Timeout: 3,
      MemorySize: 128,
      Environment: { Variables: { A: "b" } },
      Publish: false,
      Tags: {},
    });
    assert.deepEqual(session.calls[1], ["GetFunctionConfiguration", { FunctionName: "f" }]);
    assert.equal(id, "f");
    assert.equal(
      state.invokeArn,
      "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:f/invocations",
    );
  });
});

describe("a table", () => {
  it("is created with its keys, waited for, and can be restored to any moment", async () => {
    const session = new FakeSession({
      CreateTable: {},
      DescribeTable: { Table: { TableStatus: "ACTIVE", TableArn: "arn:t" } },
      UpdateContinuousBackups: {},
    });
    const { id, state } = await create(
      "aws:dynamodb/table:Table",
      {
        name: "scores",
        billingMode: "PAY_PER_REQUEST",
        hashKey: "player",
        rangeKey: "at",
        attributes: [
          { name: "player", type: "S" },
          { name: "at", type: "N" },
        ],
        deletionProtectionEnabled: true,
        pointInTimeRecovery: { enabled: true },
      },
      session,
    );
    assert.deepEqual(
      session.calls.map(([operation]) => operation),
      ["CreateTable", "DescribeTable", "UpdateContinuousBackups"],
    );
    const given = JSON.parse(JSON.stringify(session.calls[0]?.[1])) as object;
    assert.deepEqual(given, {
      TableName: "scores",
      AttributeDefinitions: [
        { AttributeName: "player", AttributeType: "S" },
        { AttributeName: "at", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "player", KeyType: "HASH" },
        { AttributeName: "at", KeyType: "RANGE" },
      ],
      BillingMode: "PAY_PER_REQUEST",
      DeletionProtectionEnabled: true,
      Tags: [],
    });
    assert.deepEqual([id, state.arn], ["scores", "arn:t"]);
  });
});
