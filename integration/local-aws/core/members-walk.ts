import assert from "node:assert/strict";
import { NormalizedSchema } from "@smithy/core/schema";
import type { Operations } from "./acting";
import type { Identity } from "./identity";
import { isCheck, type Obeyed } from "./members";
import type { OperationSchema } from "./protocols";
import { callJson } from "./testing";

/** The members that a structure must have; the SDK's schemas list them first and say how many they are. */
function required(schema: NormalizedSchema, obeyed: Obeyed): object {
  const count = (schema.getSchema() as unknown[])[6];
  const members = [...schema.structIterator()].slice(0, typeof count === "number" ? count : 0);
  return Object.fromEntries(members.map(([name, member]) => [name, sample(member, obeyed[name])]));
}

/** Something that a member can say; what is obeyed of it where only some is. */
function sample(schema: NormalizedSchema, obeyed: Obeyed[string] | undefined): unknown {
  if (obeyed && obeyed !== true && isCheck(obeyed)) return obeyed.known[0];
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 7;
  if (schema.isListSchema()) return [sample(schema.getValueSchema(), obeyed)];
  if (schema.isMapSchema()) return { other: "x" };
  if (!schema.isStructSchema()) return "OTHER";
  const inside = typeof obeyed === "object" ? obeyed : {};
  const [first] = schema.structIterator();
  return {
    ...(first && { [first[0]]: sample(first[1], inside[first[0]]) }),
    ...required(schema, inside),
  };
}

const structOf = (schema: NormalizedSchema) => (schema.isListSchema() ? schema.getValueSchema() : schema);

/** Every member that is not obeyed, as an input that says nothing but it; and every one that the SDK does not know. */
function* others(
  schema: NormalizedSchema,
  obeyed: Obeyed,
): Generator<{ path: string; input: Record<string, unknown> }> {
  const known = new Set<string>();
  for (const [name, member] of schema.structIterator()) {
    known.add(name);
    const here = obeyed[name];
    if (here === undefined)
      yield { path: name, input: { ...required(schema, obeyed), [name]: sample(member, undefined) } };
    const struct = structOf(member);
    if (typeof here !== "object" || !struct.isStructSchema()) continue;
    for (const { path, input } of others(struct, here))
      yield {
        path: `${name}.${path}`,
        input: { ...required(schema, obeyed), [name]: member.isListSchema() ? [input] : input },
      };
  }
  for (const name of Object.keys(obeyed)) assert.ok(known.has(name), `the SDK has no member ${name}`);
}

/**
 * For tests: each member that the SDK's model has and a service does not obey, with an input that has it and what else
 * must be there.
 */
export const notObeyed = (
  sdk: object,
  obeyed: Record<string, Obeyed>,
): { operation: string; path: string; input: Record<string, unknown> }[] =>
  Object.entries(obeyed).flatMap(([operation, members]) => {
    const model = (sdk as Record<string, unknown>)[`${operation}$`] as OperationSchema;
    return [...others(NormalizedSchema.of(model[4]), members)].map((one) => ({ operation, ...one }));
  });

/** Tests that a service refuses each member that it does not obey, and says which. */
export function refusesOthers(
  { name, sdk, obeyed }: { name: string; sdk: object; obeyed: Record<string, Obeyed> },
  operations: () => Operations,
  caller: Identity,
): void {
  for (const { operation, path, input } of notObeyed(sdk, obeyed))
    it(`${operation} refuses ${path}`, async () => {
      const { status, output } = await callJson(operations(), operation, input, caller);
      assert.deepEqual(
        [status, output.__type, output.message],
        [501, "NotImplemented", `not implemented: ${name}.${operation} with ${path}`],
      );
    });
}
