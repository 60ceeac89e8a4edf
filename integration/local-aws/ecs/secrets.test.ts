import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { refused, role, setting, until, type Setting } from "../testing/ecs";

const secret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf";
const asm = "unable to retrieve secret from asm: service call has been retried 1 time(s): ";
const ssm = "unable to retrieve secrets from ssm: service call has been retried 1 time(s): ";

describe("the secrets of a container", () => {
  let local: Setting;
  beforeEach(async () => {
    local = await setting();
    await local.client.send(new sdk.CreateClusterCommand({ clusterName: "main" }));
    local.base.secrets.set(secret, JSON.stringify({ password: "s3cret", port: 5432 }));
    local.base.secrets.set(`${secret} AWSPREVIOUS`, JSON.stringify({ password: "before" }));
    local.base.secrets.set(`${secret} 7e1f`, JSON.stringify({ password: "seventh" }));
    local.base.secrets.set("plain", "flat");
    local.base.secrets.set("/rooted", "deep");
    local.base.secrets.set("/api/key", "k1");
  });
  afterEach(() => local.close());

  const register = (secrets: sdk.Secret[], changes: Partial<sdk.RegisterTaskDefinitionCommandInput> = {}) =>
    local.register("v1", {
      executionRoleArn: role("execution"),
      containerDefinitions: [
        {
          name: "web",
          image: "v1",
          portMappings: [{ containerPort: 8080 }],
          environment: [{ name: "MODE", value: "fast" }],
          secrets,
        },
      ],
      ...changes,
    });

  it("come whole, by JSON key, stage and version, from Secrets Manager and Parameter Store", async () => {
    const parameter = (name: string) => `arn:aws:ssm:us-east-1:111111111111:parameter/${name}`;
    const secrets = Object.entries({
      WHOLE: secret,
      KEY: `${secret}:password::`,
      NUMBER: `${secret}:port::`,
      STAGE: `${secret}:password:AWSPREVIOUS:`,
      VERSION: `${secret}:password::7e1f`,
      NAME: "/api/key",
      ARN: parameter("api/key"),
      FLAT: parameter("plain"),
      ROOTED: parameter("rooted"),
    }).map(([name, valueFrom]) => ({ name, valueFrom }));
    const taskDefinition = await register(secrets);
    await local.createService("v1", { taskDefinition });
    await local.steady(taskDefinition);
    const { MODE, AWS_EXECUTION_ENV, AWS_REGION, AWS_DEFAULT_REGION, ...values } =
      local.runtime.specs[0]?.environment ?? {};
    assert.deepEqual(
      [MODE, AWS_EXECUTION_ENV, AWS_REGION, AWS_DEFAULT_REGION],
      ["fast", "AWS_ECS_FARGATE", "us-east-1", "us-east-1"],
    );
    assert.deepEqual(values, {
      WHOLE: `{"password":"s3cret","port":5432}`,
      KEY: "s3cret",
      NUMBER: "5432",
      STAGE: "before",
      VERSION: "seventh",
      NAME: "k1",
      ARN: "k1",
      FLAT: "flat",
      ROOTED: "deep",
    });
  });

  for (const [what, valueFrom, reason] of [
    [
      "a secret that is not there",
      `${secret}x`,
      `${asm}failed to fetch secret ${secret}x from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
    ],
    [
      "a JSON key that is not there",
      `${secret}:user::`,
      `${asm}retrieved secret from Secrets Manager did not contain json key user`,
    ],
    ["a parameter that is not there", "/none", `${ssm}invalid parameters: /none`],
  ] as const) {
    it(`stop a task before any container starts: ${what}`, async () => {
      const helper = { name: "helper", image: "helper", essential: false };
      const taskDefinition = await register([], {
        containerDefinitions: [
          helper,
          {
            name: "web",
            image: "v1",
            portMappings: [{ containerPort: 8080 }],
            secrets: [{ name: "KEY", valueFrom }],
          },
        ],
      });
      await local.createService("v1", { taskDefinition });
      const stopped = await until(async () =>
        (await local.tasks("STOPPED")).find(({ lastStatus }) => lastStatus === "STOPPED"),
      );
      assert.equal(stopped.stopCode, "TaskFailedToStart");
      assert.equal(
        stopped.stoppedReason,
        `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ${reason}`,
      );
      assert.deepEqual(local.runtime.specs, []);
    });
  }

  it("are refused without an execution role, and under the name of a variable", async () => {
    const one = [{ name: "KEY", valueFrom: "/api/key" }];
    await assert.rejects(
      register(one, { executionRoleArn: undefined }),
      refused("ClientException", /you must also specify a value for 'executionRoleArn'/),
    );
    await assert.rejects(
      register([{ name: "MODE", valueFrom: "/api/key" }]),
      refused("ClientException", /must be unique and not shared with .* such as 'MODE'/),
    );
  });
});
