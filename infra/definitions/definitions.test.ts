import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { parseConfig } from "../config";
import { Environment } from "../environment";
import { filesOf, type Recording, record, statementsOf, valueOf } from "../testing";
import { checkList, ecsService, inOrderOfUse, type ServiceDefinition } from ".";

const scores = ecsService({
  healthCheckPath: "/health",
  name: "scores",
  secrets: { SIGNING_KEY: { secret: "scores/key" }, LEVEL: { parameter: "/scores/level" } },
  permissions: [{ actions: ["sns:Publish"], resources: ["arn:aws:sns:us-east-1:111111111111:scores"] }],
  resources: ({ service, physicalName, options }) => {
    const table = new aws.dynamodb.Table(
      `${service}-table`,
      {
        name: physicalName("table"),
        billingMode: "PAY_PER_REQUEST",
        hashKey: "id",
        attributes: [{ name: "id", type: "S" }],
      },
      options,
    );
    return {
      environment: { TABLE: table.name },
      permissions: [{ actions: ["dynamodb:GetItem"], resources: [table.arn] }],
    };
  },
});
const game = ecsService({
  healthCheckPath: "/health",
  name: "game",
  uses: ["scores"],
  environment: { LOG: "info" },
});

const wrong = (definition: unknown) => () => ecsService(definition as Parameters<typeof ecsService>[0]);

describe("a service's definition", () => {
  it("has a default for everything but its name", () => {
    assert.deepEqual(ecsService({ healthCheckPath: "/health", name: "small" }), {
      kind: "ecs",
      name: "small",
      environment: {},
      secrets: {},
      permissions: [],
      uses: [],
      objectives: { availabilityPercent: 99.9, latencyP99Ms: 1000 },
      expectedRate: 10,
      port: 8080,
      healthCheckPath: "/health",
      cpu: 256,
      memory: 512,
      desiredCount: 2,
      buildImage: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
      buildspec: "buildspec.yml",
      integrationBuildspec: "buildspec.integration.yml",
    });
  });

  it("names its file, and every wrong field with its value and what is allowed", () => {
    const definition = {
      name: "small",
      port: 0,
      healthCheckPath: "health",
      memory: 500,
      hook: "hooks/hook.rb",
      heathCheck: "/",
      permissions: [{ actions: ["s3:*"], resources: ["*"] }],
      objectives: { availabilityPercent: 100 },
      secrets: { KEY: "in plain text" },
    };
    assert.throws(wrong(definition), (error: Error) => {
      assert.deepEqual(error.message.split("\n").sort(), [
        '  healthCheckPath is "health": allowed is a path that begins with /, where the service answers 200 once it can serve',
        "  heathCheck: no such field; there are name, environment, secrets, permissions, resources, uses, objectives, expectedRate, port, healthCheckPath, cpu, memory, desiredCount, hook, buildImage, buildspec, integrationBuildspec",
        '  hook is "hooks/hook.rb": allowed is a hook in TypeScript (.ts) or Python (.py); Lambda\'s other runtimes are not implemented',
        "  objectives.availabilityPercent is 100: allowed is less than 100 percent, which nobody keeps",
        '  permissions.0.actions.0 is "s3:*": allowed is whole actions, such as sns:Publish',
        '  permissions.0.resources.0 is "*": allowed is the ARNs of what it needs, never * for everything',
        "  port is 0: allowed is a port from 1 to 65535",
        '  secrets.KEY is "in plain text": allowed is { secret: "name" } or { parameter: "name" }',
        "services/small/service.ts is wrong:",
      ]);
      return true;
    });
    assert.throws(
      wrong({ name: "small", healthCheckPath: "/", memory: 500 }),
      /memory 500 with cpu 256: allowed is 512 to 2048/,
    );
    assert.throws(
      wrong({ name: "Small!" }),
      /name is "Small!": allowed is 2 to 32 lower-case letters, digits and -/,
    );
  });

  it("comes after those that it uses", () => {
    assert.deepEqual(
      inOrderOfUse([game, scores]).map(({ name }) => name),
      ["scores", "game"],
    );
    assert.throws(
      () => inOrderOfUse([game]),
      /services\/game\/service\.ts: uses "scores", but there is only game/,
    );
    const circle = ecsService({ healthCheckPath: "/health", name: "scores", uses: ["game"] });
    assert.throws(() => inOrderOfUse([game, circle]), /in a circle: game uses scores uses game/);
    assert.throws(() => inOrderOfUse([scores, scores]), /two services called scores/);
  });

  it("is missed in the list by its place", () => {
    const withoutDefault = undefined as unknown as ServiceDefinition;
    assert.throws(
      () => checkList([scores, withoutDefault]),
      /^Error: infra\/services\.ts: entry 2 of the list is no definition: .* `export default ecsService/,
    );
    assert.throws(() => checkList([]), /infra\/services\.ts lists no service/);
    assert.throws(
      () => checkList([game]),
      /uses "scores", but .*: list it in infra\/services\.ts, or take it out/,
    );
  });

  it("leaves names of variables that others have", () => {
    const secrets = { KEY: { secret: "small/key" } };
    const wrong = (change: object) => () =>
      ecsService({ healthCheckPath: "/health", name: "small", secrets, ...change });
    assert.throws(
      wrong({ environment: { PORT: "9" } }),
      /environment\.PORT is "9": allowed is another name, as the container gets `port` as PORT/,
    );
    assert.throws(
      wrong({ environment: { KEY: "x" } }),
      /secrets\.KEY is .*: environment has a variable of this name/,
    );
  });
});

describe("an environment with services of another team", () => {
  let made: Recording<Environment>;
  before(async () => {
    made = await record(() => new Environment(parseConfig({ environment: "prod" }, [game, scores])));
  });

  const statements = (name: string) =>
    statementsOf(made.get("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"]);
  const container = async (service: string) => {
    const { source } = made.get("aws:s3/bucketObjectv2:BucketObjectv2", `${service}-templates`).inputs;
    const files = await filesOf(source);
    const { containerDefinitions } = JSON.parse(files["taskdef.json"] ?? "") as {
      containerDefinitions: { environment: unknown; secrets?: unknown }[];
    };
    return { ...containerDefinitions[0], appspec: files["appspec.yaml"] ?? "" };
  };

  it("gives a task its secrets by name, and lets its execution role read exactly those", async () => {
    assert.deepEqual((await container("scores")).secrets, [
      { name: "SIGNING_KEY", valueFrom: "arn:aws:secretsmanager:us-east-1:111111111111:secret:scores/key" },
      { name: "LEVEL", valueFrom: "arn:aws:ssm:us-east-1:111111111111:parameter/scores/level" },
    ]);
    const reads = statements("scores-execution-policy").filter(({ Action }) =>
      /Secret|Parameter/.test(String(Action)),
    );
    assert.deepEqual(reads, [
      {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: ["arn:aws:secretsmanager:us-east-1:111111111111:secret:scores/key-??????"],
      },
      {
        Effect: "Allow",
        Action: ["ssm:GetParameters"],
        Resource: ["arn:aws:ssm:us-east-1:111111111111:parameter/scores/level"],
      },
    ]);
    assert.equal((await container("game")).secrets, undefined);
  });

  it("lets a task do what its definition and its own resources say, and nothing else", () => {
    assert.deepEqual(statements("scores-task-policy"), [
      { Effect: "Allow", Action: ["sns:Publish"], Resource: ["arn:aws:sns:us-east-1:111111111111:scores"] },
      {
        Effect: "Allow",
        Action: ["dynamodb:GetItem"],
        Resource: ["arn:aws:dynamodb:us-east-1:111111111111:greenroom-prod-scores-table"],
      },
    ]);
    const policies = made.all("aws:iam/rolePolicy:RolePolicy").map(({ name }) => name);
    assert.ok(!policies.includes("game-task-policy"));
  });

  it("guards the service's table", () => {
    const table = made.get("aws:dynamodb/table:Table", "scores-table");
    assert.equal(table.protect, true);
    assert.equal(table.inputs["deletionProtectionEnabled"], true);
  });

  it("tells a service where those are that it uses, and everybody their own variables", async () => {
    assert.deepEqual((await container("game")).environment, [
      { name: "LOG", value: "info" },
      { name: "SCORES_URL", value: "http://gr-prod-scores.elb.amazonaws.com" },
      { name: "ENVIRONMENT", value: "prod" },
      { name: "PORT", value: "8080" },
    ]);
    assert.deepEqual((await container("scores")).environment, [
      { name: "TABLE", value: "greenroom-prod-scores-table" },
      { name: "ENVIRONMENT", value: "prod" },
      { name: "PORT", value: "8080" },
    ]);
    const { game: outputs } = await valueOf(made.result.services);
    assert.deepEqual(outputs?.uses, ["scores"]);
  });

  it("deploys without a hook where there is none", async () => {
    assert.doesNotMatch((await container("game")).appspec, /Hooks/);
    const invoked = statements("game-code-deploy-policy").flatMap(({ Action }) => Action as string[]);
    assert.ok(!invoked.includes("lambda:InvokeFunction"));
  });

  it("refuses too much from a service's own resources", async () => {
    const greedy = ecsService({
      healthCheckPath: "/health",
      name: "greedy",
      resources: () => ({ permissions: [{ actions: ["dynamodb:GetItem"], resources: ["*"] }] }),
    });
    await assert.rejects(
      record(() => new Environment(parseConfig({ environment: "prod" }, [greedy]))),
      /services\/greedy\/service\.ts is wrong:\n {2}permissions\.0\.resources\.0 is "\*": allowed is the ARNs/,
    );
  });
});
