import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-ecs";
import { notObeyed } from "../core/members-walk";
import { obeyed } from "./members";
import { definition, refused, setting, type Setting } from "../testing/ecs";

describe("members of requests", () => {
  let local: Setting;
  before(async () => (local = await setting()));
  after(() => local.close());

  for (const { operation, path, input } of notObeyed(sdk, obeyed))
    it(`${operation} refuses ${path}`, async () => {
      const Command = sdk[`${operation}Command` as keyof typeof sdk] as unknown as new (
        input: object,
      ) => never;
      await assert.rejects(
        local.client.send(new Command(input)),
        refused("InvalidParameterException", `not implemented: ECS.${operation} with ${path}`),
      );
    });

  it("are refused by value where only some are obeyed", async () => {
    const register = (changes: Partial<sdk.RegisterTaskDefinitionCommandInput>) =>
      local.client.send(new sdk.RegisterTaskDefinitionCommand(definition("v1", changes)));
    await assert.rejects(
      register({ runtimePlatform: { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" } }),
      refused("InvalidParameterException", /with runtimePlatform.operatingSystemFamily .*LINUX is here/),
    );
    const options = { "awslogs-group": "/a", "awslogs-datetime-format": "%Y" };
    await assert.rejects(
      register({
        containerDefinitions: [
          { name: "a", image: "b", logConfiguration: { logDriver: "awslogs", options } },
        ],
      }),
      refused("InvalidParameterException", /logConfiguration.options.awslogs-datetime-format$/),
    );
  });

  it("may be there when they say nothing", async () => {
    const { taskDefinition } = await local.client.send(
      new sdk.RegisterTaskDefinitionCommand(
        definition("v1", {
          volumes: [],
          containerDefinitions: [{ name: "web", image: "v1", privileged: false, mountPoints: [] }],
        }),
      ),
    );
    assert.equal(taskDefinition?.revision, 1);
  });
});
