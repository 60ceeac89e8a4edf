import assert from "node:assert/strict";
import { parse } from "yaml";
import { Environment } from "../../environment";
import {
  type Recording,
  filesOf,
  record,
  recordedEnvironment,
  stackConfig,
  statementsOf,
} from "../../testing";

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:111111111111:${resource}`;
const role = (name: string) => `arn:aws:iam::111111111111:role/${name}`;
const blue = arn("elasticloadbalancing", "targetgroup/gr-prod-trivia-api-blue/1");
const green = arn("elasticloadbalancing", "targetgroup/gr-prod-trivia-api-green/1");
const listener = (use: string) => arn("elasticloadbalancing", `listener/app/lb/1/trivia-api-${use}`);

describe("BlueGreenService", () => {
  let prod: Recording<Environment>;
  before(async () => {
    prod = await recordedEnvironment("prod");
  });

  it("starts an ECS service on a bootstrap revision, and leaves the revision to the pipeline after that", () => {
    const service = prod.get("aws:ecs/service:Service", "trivia-api-service");
    assert.deepEqual(service.inputs, {
      name: "trivia-api",
      cluster: arn("ecs", "greenroom-prod"),
      launchType: "FARGATE",
      deploymentController: { type: "CODE_DEPLOY" },
      desiredCount: 2,
      taskDefinition: arn("ecs", "trivia-api-bootstrap"),
      networkConfiguration: {
        subnets: ["subnet-private1", "subnet-private2"],
        securityGroups: ["trivia-api-tasks-id"],
        assignPublicIp: false,
      },
      loadBalancers: [{ targetGroupArn: blue, containerName: "trivia-api", containerPort: 8080 }],
      healthCheckGracePeriodSeconds: 60,
      propagateTags: "SERVICE",
    });
    assert.deepEqual(service.ignoreChanges, [
      "taskDefinition",
      "loadBalancers",
      "networkConfiguration",
      "platformVersion",
    ]);
    assert.ok(service.dependencies.some((urn) => urn.endsWith("::trivia-api-production")));
  });

  it("has a target group for each colour", () => {
    for (const colour of ["blue", "green"])
      assert.deepEqual(prod.get("aws:lb/targetGroup:TargetGroup", `trivia-api-${colour}`).inputs, {
        name: `gr-prod-trivia-api-${colour}`,
        vpcId: "vpc-1",
        targetType: "ip",
        protocol: "HTTP",
        port: 8080,
        deregistrationDelay: 30,
        healthCheck: {
          path: "/health",
          matcher: "200",
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
      });
  });

  it("has listeners for customers and for tests, and never moves their traffic itself", () => {
    const production = prod.get("aws:lb/listener:Listener", "trivia-api-production");
    const test = prod.get("aws:lb/listener:Listener", "trivia-api-test");
    const loadBalancerArn = arn("elasticloadbalancing", "loadbalancer/app/gr-prod-trivia-api/1");
    assert.deepEqual(production.inputs, {
      loadBalancerArn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "forward", targetGroupArn: blue }],
    });
    assert.deepEqual(test.inputs, {
      loadBalancerArn,
      port: 9002,
      protocol: "HTTP",
      defaultActions: [{ type: "forward", targetGroupArn: green }],
    });
    assert.deepEqual(
      [production.ignoreChanges, test.ignoreChanges],
      [["defaultActions"], ["defaultActions"]],
    );
  });

  it("lets customers in on the production port, and the NAT gateways on the test port", () => {
    const { inputs } = prod.get("aws:ec2/securityGroup:SecurityGroup", "trivia-api-security-group");
    assert.deepEqual(inputs["ingress"], [
      { description: "Customers", protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["0.0.0.0/0"] },
      {
        description: "Test traffic",
        protocol: "tcp",
        fromPort: 9002,
        toPort: 9002,
        cidrBlocks: ["203.0.113.7/32", "203.0.113.7/32"],
      },
    ]);
  });

  it("keeps immutable, scanned, encrypted images", () => {
    assert.deepEqual(prod.get("aws:ecr/repository:Repository", "trivia-api-repository").inputs, {
      name: "greenroom-prod/trivia-api",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete: false,
    });
  });

  it("deploys by canary, rolls back by itself, and watches all alarms", () => {
    assert.deepEqual(
      prod.get("aws:codedeploy/deploymentConfig:DeploymentConfig", "trivia-api-deployment-config").inputs,
      {
        deploymentConfigName: "greenroom-prod-trivia-api-canary-10-percent-5-minutes",
        computePlatform: "ECS",
        trafficRoutingConfig: { type: "TimeBasedCanary", timeBasedCanary: { interval: 5, percentage: 10 } },
      },
    );
    assert.deepEqual(
      prod.get("aws:codedeploy/deploymentGroup:DeploymentGroup", "trivia-api-deployment-group").inputs,
      {
        appName: "greenroom-prod-trivia-api",
        deploymentGroupName: "greenroom-prod-trivia-api",
        deploymentConfigName: "greenroom-prod-trivia-api-canary-10-percent-5-minutes",
        serviceRoleArn: role("greenroom-prod-trivia-api-code-deploy"),
        deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
        ecsService: { clusterName: "greenroom-prod", serviceName: "trivia-api" },
        loadBalancerInfo: {
          targetGroupPairInfo: {
            prodTrafficRoute: { listenerArns: [listener("production")] },
            testTrafficRoute: { listenerArns: [listener("test")] },
            targetGroups: [{ name: "gr-prod-trivia-api-blue" }, { name: "gr-prod-trivia-api-green" }],
          },
        },
        blueGreenDeploymentConfig: {
          deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
          terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
        },
        autoRollbackConfiguration: {
          enabled: true,
          events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
        alarmConfiguration: {
          enabled: true,
          alarms: [
            "greenroom-prod-trivia-api-target-5xx-blue",
            "greenroom-prod-trivia-api-unhealthy-hosts-blue",
            "greenroom-prod-trivia-api-target-5xx-green",
            "greenroom-prod-trivia-api-unhealthy-hosts-green",
          ],
          ignorePollAlarmFailure: false,
        },
      },
    );
  });

  it("writes the templates of task definition and AppSpec as a source of the pipeline", async () => {
    const { inputs } = prod.get("aws:s3/bucketObjectv2:BucketObjectv2", "trivia-api-templates");
    const { source, ...where } = inputs;
    assert.deepEqual(where, {
      bucket: "greenroom-prod-trivia-api-artifacts-111111111111-us-east-1",
      key: "templates/trivia-api.zip",
      contentType: "application/zip",
    });
    const files = await filesOf(source);
    assert.deepEqual(Object.keys(files).sort(), ["appspec.yaml", "taskdef.json"]);
    assert.deepEqual(JSON.parse(files["taskdef.json"] ?? ""), {
      family: "greenroom-prod-trivia-api",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      executionRoleArn: role("greenroom-prod-trivia-api-execution"),
      taskRoleArn: role("greenroom-prod-trivia-api-task"),
      containerDefinitions: [
        {
          name: "trivia-api",
          image: "<IMAGE1_NAME>",
          essential: true,
          portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: "tcp" }],
          environment: [
            { name: "ENVIRONMENT", value: "prod" },
            { name: "PORT", value: "8080" },
          ],
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": "/greenroom/prod/trivia-api",
              "awslogs-region": "us-east-1",
              "awslogs-stream-prefix": "trivia-api",
            },
          },
        },
      ],
    });
    assert.deepEqual(parse(files["appspec.yaml"] ?? ""), {
      version: 0,
      Resources: [
        {
          TargetService: {
            Type: "AWS::ECS::Service",
            Properties: {
              TaskDefinition: "<TASK_DEFINITION>",
              LoadBalancerInfo: { ContainerName: "trivia-api", ContainerPort: 8080 },
              NetworkConfiguration: {
                AwsvpcConfiguration: {
                  Subnets: ["subnet-private1", "subnet-private2"],
                  SecurityGroups: ["trivia-api-tasks-id"],
                  AssignPublicIp: "DISABLED",
                },
              },
            },
          },
        },
      ],
      Hooks: [{ AfterAllowTestTraffic: arn("lambda", "function:greenroom-prod-trivia-api-hook") }],
    });
  });

  it("bootstraps with a public image that says so", () => {
    const { inputs } = prod.get("aws:ecs/taskDefinition:TaskDefinition", "trivia-api-bootstrap");
    const [container] = JSON.parse(inputs["containerDefinitions"] as string) as Record<string, unknown>[];
    assert.equal(container?.["image"], "public.ecr.aws/docker/library/node:22-alpine");
    const [node, flag, program] = container["command"] as string[];
    assert.deepEqual([node, flag], ["node", "-e"]);
    assert.match(program ?? "", /"x-service-version", "bootstrap"/);
  });

  it("gives the hook the test URL, and the right to report on its own deployment group only", () => {
    const { inputs } = prod.get("aws:lambda/function:Function", "trivia-api-hook-function");
    const { code, ...rest } = inputs;
    assert.ok(code);
    assert.deepEqual(rest, {
      name: "greenroom-prod-trivia-api-hook",
      description: "Tries a new version of trivia-api before customers of prod get it",
      role: role("greenroom-prod-trivia-api-hook"),
      runtime: "nodejs22.x",
      handler: "index.handler",
      timeout: 300,
      memorySize: 256,
      environment: { variables: { TEST_URL: "http://gr-prod-trivia-api.elb.amazonaws.com:9002" } },
      vpcConfig: {
        subnetIds: ["subnet-private1", "subnet-private2"],
        securityGroupIds: ["trivia-api-hook-security-group-id"],
      },
    });
    const policy = prod.get("aws:iam/rolePolicy:RolePolicy", "trivia-api-hook-role-policy");
    assert.deepEqual(statementsOf(policy.inputs["policy"])[0], {
      Effect: "Allow",
      Action: ["codedeploy:PutLifecycleEventHookExecutionStatus"],
      Resource: [arn("codedeploy", "deploymentgroup:greenroom-prod-trivia-api/greenroom-prod-trivia-api")],
    });
  });

  it("shifts all traffic at once without a canary, and speaks TLS with a certificate", async () => {
    const certificateArn = arn("acm", "certificate/1");
    const made = await record(
      () =>
        new Environment(
          stackConfig("prod", {
            deployment: {},
            certificateArn,
            services: { "trivia-api": { domainName: "trivia.example.com" } },
          }),
        ),
    );
    assert.deepEqual(made.all("aws:codedeploy/deploymentConfig:DeploymentConfig"), []);
    assert.equal(
      made.get("aws:codedeploy/deploymentGroup:DeploymentGroup", "trivia-api-deployment-group").inputs[
        "deploymentConfigName"
      ],
      "CodeDeployDefault.ECSAllAtOnce",
    );
    const { defaultActions, loadBalancerArn, ...tls } = made.get(
      "aws:lb/listener:Listener",
      "trivia-api-production",
    ).inputs;
    assert.ok(defaultActions && loadBalancerArn);
    assert.deepEqual(tls, {
      port: 443,
      protocol: "HTTPS",
      certificateArn,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    });
    const { inputs } = made.get("aws:lambda/function:Function", "trivia-api-hook-function");
    assert.deepEqual(inputs["environment"], {
      variables: { TEST_URL: "https://trivia.example.com:9002" },
    });
  });
});
