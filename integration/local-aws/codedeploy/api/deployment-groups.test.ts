import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codedeploy";
import { Aws } from "../../core/aws";
import { Clock } from "../../core/clock";
import { Gateway } from "../../core/gateway";
import { refused, role } from "../../testing/ecs";
import { codedeploy } from "../index";
import { blueGreen } from "../testing";

const input: sdk.CreateDeploymentGroupCommandInput = {
  applicationName: "api",
  deploymentGroupName: "prod",
  serviceRoleArn: role("codedeploy"),
  deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
  deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
  ecsServices: [{ clusterName: "main", serviceName: "api" }],
  loadBalancerInfo: {
    targetGroupPairInfoList: [
      {
        targetGroups: [{ name: "one" }, { name: "two" }],
        prodTrafficRoute: { listenerArns: ["arn:listener"] },
      },
    ],
  },
  blueGreenDeploymentConfiguration: blueGreen(5),
  autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
  alarmConfiguration: { enabled: true, alarms: [{ name: "errors" }] },
};

describe("CodeDeploy's applications, groups and configurations", () => {
  let gateway: Gateway;
  let aws: Aws;
  let client: sdk.CodeDeployClient;
  beforeEach(async () => {
    gateway = new Gateway(assert.fail);
    aws = new Aws(await gateway.listen(0), new Clock(1000), (message) => assert.fail(message));
    gateway.use(codedeploy(aws));
    client = aws.client(sdk.CodeDeployClient, aws.root("111111111111", "us-east-1"));
    await client.send(new sdk.CreateApplicationCommand({ applicationName: "api", computePlatform: "ECS" }));
  });
  afterEach(async () => {
    aws.close();
    await gateway.close();
  });
  const create = (changes: Partial<sdk.CreateDeploymentGroupCommandInput> = {}) =>
    client.send(new sdk.CreateDeploymentGroupCommand({ ...input, ...changes }));
  const get = async (deploymentGroupName = "prod") =>
    (await client.send(new sdk.GetDeploymentGroupCommand({ applicationName: "api", deploymentGroupName })))
      .deploymentGroupInfo;
  const update = (changes: Partial<sdk.UpdateDeploymentGroupCommandInput>) =>
    client.send(
      new sdk.UpdateDeploymentGroupCommand({
        applicationName: "api",
        currentDeploymentGroupName: "prod",
        ...changes,
      }),
    );

  it("keep a group as it was given", async () => {
    const { deploymentGroupId } = await create();
    assert.deepEqual(await get(), {
      ...input,
      alarmConfiguration: { ...input.alarmConfiguration, ignorePollAlarmFailure: false },
      deploymentGroupId,
      computePlatform: "ECS",
      outdatedInstancesStrategy: "UPDATE",
      triggerConfigurations: [],
      autoScalingGroups: [],
    });
    await create({ deploymentGroupName: "second", deploymentConfigName: undefined });
    assert.equal((await get("second"))?.deploymentConfigName, "CodeDeployDefault.ECSAllAtOnce");
    const { deploymentGroups } = await client.send(
      new sdk.ListDeploymentGroupsCommand({ applicationName: "api" }),
    );
    assert.deepEqual(deploymentGroups, ["prod", "second"]);
  });

  it("change what is given of a group, and its name when that is free", async () => {
    await create({ tags: [{ Key: "team", Value: "a" }] });
    await create({ deploymentGroupName: "taken" });
    await update({ alarmConfiguration: { enabled: false, alarms: [] } });
    assert.deepEqual((await get())?.alarmConfiguration, {
      enabled: false,
      ignorePollAlarmFailure: false,
      alarms: [],
    });
    assert.deepEqual((await get())?.ecsServices, input.ecsServices);
    await assert.rejects(
      update({ newDeploymentGroupName: "taken" }),
      refused("DeploymentGroupAlreadyExistsException", "Deployment group already exists: taken"),
    );
    await update({ newDeploymentGroupName: "live" });
    await assert.rejects(get(), refused("DeploymentGroupDoesNotExistException"));
    assert.equal((await get("live"))?.deploymentGroupName, "live");
    const ResourceArn = "arn:aws:codedeploy:us-east-1:111111111111:deploymentgroup:api/live";
    const { Tags } = await client.send(new sdk.ListTagsForResourceCommand({ ResourceArn }));
    assert.deepEqual(Tags, [{ Key: "team", Value: "a" }]);
  });

  const [pair] = input.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  const cases: [string, Partial<sdk.CreateDeploymentGroupCommandInput>, string, RegExp?][] = [
    ["an unknown application", { applicationName: "other" }, "ApplicationDoesNotExistException"],
    ["no name", { deploymentGroupName: "" }, "DeploymentGroupNameRequiredException"],
    [
      "an unknown configuration",
      { deploymentConfigName: "x" },
      "DeploymentConfigDoesNotExistException",
      /: x$/,
    ],
    ["no role", { serviceRoleArn: "" }, "RoleRequiredException"],
    [
      "a role that is no ARN",
      { serviceRoleArn: "codedeploy" },
      "InvalidRoleException",
      /^"codedeploy" is not/,
    ],
    ["no service", { ecsServices: [] }, "InvalidECSServiceException"],
    ["a service without a cluster", { ecsServices: [{ serviceName: "api" }] }, "InvalidECSServiceException"],
    [
      "a deployment in place",
      { deploymentStyle: { deploymentType: "IN_PLACE", deploymentOption: "WITH_TRAFFIC_CONTROL" } },
      "InvalidDeploymentStyleException",
    ],
    ["no load balancer", { loadBalancerInfo: undefined }, "InvalidLoadBalancerInfoException"],
    [
      "one target group",
      { loadBalancerInfo: { targetGroupPairInfoList: [{ ...pair, targetGroups: [{ name: "one" }] }] } },
      "InvalidLoadBalancerInfoException",
    ],
    [
      "no production listener",
      {
        loadBalancerInfo: { targetGroupPairInfoList: [{ ...pair, prodTrafficRoute: { listenerArns: [] } }] },
      },
      "InvalidLoadBalancerInfoException",
    ],
    [
      "nothing on blue and green",
      { blueGreenDeploymentConfiguration: undefined },
      "InvalidBlueGreenDeploymentConfigurationException",
    ],
    [
      "a rollback for no event",
      { autoRollbackConfiguration: { enabled: true, events: [] } },
      "InvalidAutoRollbackConfigException",
    ],
    ["alarms that are none", { alarmConfiguration: { enabled: true } }, "InvalidAlarmConfigException"],
    ["a name with a space", { deploymentGroupName: "my group" }, "InvalidDeploymentGroupNameException"],
    [
      "two listeners for one route",
      {
        loadBalancerInfo: {
          targetGroupPairInfoList: [{ ...pair, prodTrafficRoute: { listenerArns: ["arn:a", "arn:b"] } }],
        },
      },
      "InvalidLoadBalancerInfoException",
      /one listener is allowed for production traffic/,
    ],
  ];
  for (const [what, changes, name, message] of cases) {
    it(`refuse a group with ${what}`, async () => {
      await assert.rejects(create(changes), refused(name, message));
      await assert.rejects(get(), refused("DeploymentGroupDoesNotExistException"));
    });
  }

  it("take what says nothing, and the defaults that tools send", async () => {
    await create({
      triggerConfigurations: [],
      autoScalingGroups: [],
      ec2TagFilters: [],
      ec2TagSet: { ec2TagSetList: [] },
      terminationHookEnabled: false,
      outdatedInstancesStrategy: "UPDATE",
    });
    await assert.rejects(
      update({ outdatedInstancesStrategy: "IGNORE" }),
      refused("NotImplemented", /with outdatedInstancesStrategy "IGNORE" \(UPDATE is here\)$/),
    );
  });

  it("refuse a change that a group may not have, whole", async () => {
    await create();
    await assert.rejects(
      update({ serviceRoleArn: role("other"), ecsServices: [] }),
      refused("InvalidECSServiceException"),
    );
    assert.equal((await get())?.serviceRoleArn, role("codedeploy"));
    await assert.rejects(create(), refused("DeploymentGroupAlreadyExistsException"));
  });

  it("are one of each name, of Amazon ECS, and separate by region", async () => {
    const application = (applicationName: string, computePlatform?: sdk.ComputePlatform) =>
      client.send(new sdk.CreateApplicationCommand({ applicationName, computePlatform }));
    await assert.rejects(
      application("api", "ECS"),
      refused("ApplicationAlreadyExistsException", "Application already exists: api"),
    );
    await assert.rejects(
      application("fn", "Lambda"),
      refused("InvalidComputePlatformException", /^not implemented: CodeDeploy compute platform Lambda/),
    );
    await assert.rejects(application("x".repeat(101), "ECS"), refused("InvalidApplicationNameException"));
    const elsewhere = aws.client(sdk.CodeDeployClient, aws.root("111111111111", "eu-west-1"));
    assert.deepEqual((await elsewhere.send(new sdk.ListApplicationsCommand({}))).applications, []);
    await create();
    await client.send(
      new sdk.UpdateApplicationCommand({ applicationName: "api", newApplicationName: "shop" }),
    );
    await assert.rejects(get(), refused("ApplicationDoesNotExistException"));
    const renamed = await client.send(
      new sdk.GetDeploymentGroupCommand({ applicationName: "shop", deploymentGroupName: "prod" }),
    );
    assert.equal(renamed.deploymentGroupInfo?.applicationName, "shop");
  });

  it("have the predefined configurations, and one's own", async () => {
    const config = async (deploymentConfigName: string) =>
      (await client.send(new sdk.GetDeploymentConfigCommand({ deploymentConfigName }))).deploymentConfigInfo;
    const { deploymentConfigsList } = await client.send(new sdk.ListDeploymentConfigsCommand({}));
    assert.deepEqual(deploymentConfigsList, [
      "CodeDeployDefault.ECSAllAtOnce",
      "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
      "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
      "CodeDeployDefault.ECSCanary10Percent5Minutes",
      "CodeDeployDefault.ECSCanary10Percent15Minutes",
    ]);
    const canary = await config("CodeDeployDefault.ECSCanary10Percent15Minutes");
    assert.deepEqual(canary?.trafficRoutingConfig, {
      type: "TimeBasedCanary",
      timeBasedCanary: { canaryPercentage: 10, canaryInterval: 15 },
    });
    const own = (changes: Partial<sdk.CreateDeploymentConfigCommandInput> = {}) =>
      client.send(
        new sdk.CreateDeploymentConfigCommand({
          deploymentConfigName: "own",
          computePlatform: "ECS",
          trafficRoutingConfig: {
            type: "TimeBasedCanary",
            timeBasedCanary: { canaryPercentage: 20, canaryInterval: 3 },
          },
          ...changes,
        }),
      );
    const routing = (canaryPercentage: number, canaryInterval: number): sdk.TrafficRoutingConfig => ({
      type: "TimeBasedCanary",
      timeBasedCanary: { canaryPercentage, canaryInterval },
    });
    const invalid = "InvalidTrafficRoutingConfigurationException";
    await assert.rejects(
      own({ trafficRoutingConfig: routing(100, 3) }),
      refused(invalid, "TimeBasedCanary: the percentage must be 1 to 99, not 100"),
    );
    await assert.rejects(
      own({ trafficRoutingConfig: routing(10, -1) }),
      refused(invalid, "TimeBasedCanary: the interval must be minutes, not -1"),
    );
    await assert.rejects(
      own({ trafficRoutingConfig: { type: "TimeBasedLinear" } }),
      refused(invalid, "TimeBasedLinear: the percentage must be 1 to 99, not undefined"),
    );
    await assert.rejects(
      own({ trafficRoutingConfig: { type: "Sometimes" as sdk.TrafficRoutingType } }),
      refused(invalid, /^"Sometimes" is no type of traffic routing: /),
    );
    await assert.rejects(
      own({ trafficRoutingConfig: { ...routing(10, 3), type: "AllAtOnce" } }),
      refused(invalid, "AllAtOnce has no timeBasedCanary"),
    );
    await assert.rejects(
      own({ deploymentConfigName: "CodeDeployDefault.Own" }),
      refused("InvalidDeploymentConfigNameException"),
    );
    await own();
    await assert.rejects(own(), refused("DeploymentConfigAlreadyExistsException"));
    await create({ deploymentConfigName: "own" });
    const remove = (deploymentConfigName: string) =>
      client.send(new sdk.DeleteDeploymentConfigCommand({ deploymentConfigName }));
    await assert.rejects(
      remove("own"),
      refused("DeploymentConfigInUseException", "The deployment configuration is in use by prod."),
    );
    await assert.rejects(remove("CodeDeployDefault.ECSAllAtOnce"), refused("InvalidOperationException"));
    await update({ deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce" });
    await remove("own");
    await assert.rejects(config("own"), refused("DeploymentConfigDoesNotExistException"));
  });
});
