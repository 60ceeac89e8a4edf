import assert from "node:assert/strict";
import { NormalizedSchema } from "@smithy/core/schema";
import * as sdk from "@aws-sdk/client-ecs";
import type { OperationSchema } from "../core/codec";
import { obeyed } from "./members";
import { definition, refused, setting, type Setting } from "./testing";

type Tree = { [member: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** The members that a structure must have; the SDK's schemas list them first and say how many they are. */
function required(schema: NormalizedSchema): object {
  const count = (schema.getSchema() as unknown[])[6];
  const members = [...schema.structIterator()].slice(0, typeof count === "number" ? count : 0);
  return Object.fromEntries(members.map(([name, member]) => [name, sample(member)]));
}

/** Something that a member can say. */
function sample(schema: NormalizedSchema): unknown {
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 7;
  if (schema.isListSchema()) return [sample(schema.getValueSchema())];
  if (schema.isMapSchema()) return { other: "x" };
  if (!schema.isStructSchema()) return "OTHER";
  const [first] = schema.structIterator();
  return { ...(first && { [first[0]]: sample(first[1]) }), ...required(schema) };
}

const structOf = (schema: NormalizedSchema) => (schema.isListSchema() ? schema.getValueSchema() : schema);

/** Every member that is not obeyed, as an input that says nothing but it; and every one that the SDK does not know. */
function* others(schema: NormalizedSchema, tree: Tree): Generator<{ path: string; input: object }> {
  const known = new Set<string>();
  for (const [name, member] of schema.structIterator()) {
    known.add(name);
    const here = tree[name];
    if (here === undefined) yield { path: name, input: { ...required(schema), [name]: sample(member) } };
    const struct = structOf(member);
    if (!isTree(here) || !struct.isStructSchema()) continue;
    for (const { path, input } of others(struct, here))
      yield {
        path: `${name}.${path}`,
        input: { ...required(schema), [name]: member.isListSchema() ? [input] : input },
      };
  }
  for (const name of Object.keys(tree)) assert.ok(known.has(name), `the SDK has no member ${name}`);
}

describe("members of requests", () => {
  let local: Setting;
  before(async () => (local = await setting()));
  after(() => local.close());

  for (const operation of Object.keys(obeyed) as (keyof typeof obeyed)[]) {
    const schema = NormalizedSchema.of((sdk[`${operation}$`] as unknown as OperationSchema)[4]);
    for (const { path, input } of others(schema, obeyed[operation])) {
      it(`${operation} refuses ${path}`, async () => {
        const Command = sdk[`${operation}Command`] as unknown as new (input: object) => never;
        await assert.rejects(
          local.client.send(new Command(input)),
          refused("InvalidParameterException", `not implemented: ECS.${operation} with ${path}`),
        );
      });
    }
  }

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
