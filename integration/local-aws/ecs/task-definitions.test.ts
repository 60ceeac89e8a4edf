import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { definition, refused, setting, type Setting } from "../testing/ecs";

describe("task definitions", () => {
  let local: Setting;
  beforeEach(async () => (local = await setting()));
  afterEach(() => local.close());
  const register = (input: sdk.RegisterTaskDefinitionCommandInput) =>
    local.client.send(new sdk.RegisterTaskDefinitionCommand(input));
  const describeOne = async (taskDefinition: string) =>
    (await local.client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;

  it("are registered with what a read on AWS shows", async () => {
    const { taskDefinition, tags } = await register(
      definition("v1", { executionRoleArn: "arn:role", tags: [{ key: "a", value: "1" }] }),
    );
    assert.ok(taskDefinition?.registeredAt instanceof Date);
    assert.deepEqual(
      { ...taskDefinition, registeredAt: undefined },
      {
        taskDefinitionArn: "arn:aws:ecs:us-east-1:111111111111:task-definition/api:1",
        family: "api",
        revision: 1,
        status: "ACTIVE",
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        executionRoleArn: "arn:role",
        requiresCompatibilities: ["FARGATE"],
        compatibilities: ["EC2", "FARGATE"],
        volumes: [],
        placementConstraints: [],
        requiresAttributes: [],
        registeredBy: "arn:aws:iam::111111111111:root",
        registeredAt: undefined,
        containerDefinitions: [
          {
            name: "web",
            image: "v1",
            cpu: 0,
            essential: true,
            environment: [],
            mountPoints: [],
            volumesFrom: [],
            systemControls: [],
            portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: "tcp" }],
          },
        ],
      },
    );
    assert.deepEqual(tags, [{ key: "a", value: "1" }]);
  });

  it("are found by ARN, by revision, and by family for the newest active revision", async () => {
    for (const image of ["v1", "v2", "v3"]) await register(definition(image));
    await local.client.send(new sdk.DeregisterTaskDefinitionCommand({ taskDefinition: "api:3" }));
    assert.equal((await describeOne("api"))?.revision, 2);
    assert.equal((await describeOne("api:1"))?.containerDefinitions?.[0]?.image, "v1");
    const third = await describeOne("arn:aws:ecs:us-east-1:111111111111:task-definition/api:3");
    assert.equal(third?.status, "INACTIVE");
    await register(definition("v4"));
    assert.equal((await describeOne("api"))?.revision, 4);
    await assert.rejects(
      describeOne("api:9"),
      refused("ClientException", "Unable to describe task definition: api:9"),
    );
    await assert.rejects(
      describeOne("other"),
      refused("ClientException", "Unable to describe task definition: other"),
    );
  });

  it("are listed by family and status, and separate by account", async () => {
    await register(definition("v1"));
    await register(definition("v2"));
    await register(definition("v1", { family: "api-worker" }));
    await local.client.send(new sdk.DeregisterTaskDefinitionCommand({ taskDefinition: "api:1" }));
    const list = async (input: sdk.ListTaskDefinitionsCommandInput, client = local.client) =>
      (await client.send(new sdk.ListTaskDefinitionsCommand(input))).taskDefinitionArns?.map((arn) =>
        arn.split("/").at(-1),
      );
    assert.deepEqual(await list({ familyPrefix: "api" }), ["api:2"]);
    assert.deepEqual(await list({ status: "INACTIVE" }), ["api:1"]);
    assert.deepEqual(await list({ sort: "DESC" }), ["api-worker:1", "api:2"]);
    const other = local.aws.client(sdk.ECSClient, local.aws.root("222222222222", "us-east-1"));
    assert.deepEqual(await list({}, other), []);
  });

  const web = { name: "web", image: "v1" };
  const cases: [string, Partial<sdk.RegisterTaskDefinitionCommandInput>, string, string | RegExp][] = [
    [
      "a size that Fargate does not have",
      { cpu: "256", memory: "4096" },
      "ClientException",
      "No Fargate configuration exists for given values: 256 CPU, 4096 memory.",
    ],
    [
      "no size",
      { cpu: undefined, memory: undefined },
      "ClientException",
      "No Fargate configuration exists for given values: no CPU, no memory.",
    ],
    [
      "a size between two steps",
      { cpu: "8192", memory: "17408" },
      "ClientException",
      "No Fargate configuration exists for given values: 8192 CPU, 17408 memory.",
    ],
    [
      "another network than awsvpc",
      { networkMode: "bridge" },
      "ClientException",
      "Fargate only supports network mode 'awsvpc'.",
    ],
    ["a family that is no name", { family: "a b" }, "ClientException", 'Invalid family name: "a b"'],
    ["no container", { containerDefinitions: [] }, "ClientException", "Container list cannot be empty."],
    [
      "a placeholder that nobody filled in",
      { containerDefinitions: [{ name: "web", image: "<IMAGE1_NAME>" }] },
      "ClientException",
      'Container "web" has the image "<IMAGE1_NAME>", in which a placeholder was left.',
    ],
    [
      "two containers of one name",
      { containerDefinitions: [web, web] },
      "ClientException",
      'Container names must be unique: "web".',
    ],
    [
      "a container without an image",
      { containerDefinitions: [{ name: "web" }] },
      "ClientException",
      'Container.image should not be null or empty (container "web").',
    ],
    [
      "a log driver that is not here",
      { containerDefinitions: [{ ...web, logConfiguration: { logDriver: "splunk" } }] },
      "InvalidParameterException",
      'not implemented: ECS log driver "splunk"',
    ],
    [
      "a health check in the container",
      { containerDefinitions: [{ ...web, healthCheck: { command: ["CMD", "true"] } }] },
      "InvalidParameterException",
      /^not implemented: ECS container health checks \(container "web"\)/,
    ],
  ];
  for (const [what, changes, name, message] of cases) {
    it(`are refused with ${what}, and leave no revision`, async () => {
      await assert.rejects(register(definition("v1", changes)), refused(name, message));
      const { taskDefinition } = await register(definition("v1"));
      assert.equal(taskDefinition?.revision, 1);
    });
  }

  it("take every size that Fargate has", async () => {
    for (const [cpu, memory] of [
      ["256", "2048"],
      ["512", "4096"],
      ["1024", "2048"],
      ["2048", "16384"],
      ["4096", "30720"],
      ["8192", "20480"],
      ["16384", "122880"],
    ])
      await register(definition("v1", { cpu, memory }));
  });
});
