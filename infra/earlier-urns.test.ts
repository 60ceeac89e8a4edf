import assert from "node:assert/strict";
import earlier from "./earlier-urns.json";
import { guardedTypes } from "./lib/protection";
import { type Recorded, recordedEnvironment } from "./testing";

/**
 * The types and names by which Pulumi's engine finds a resource in a state: its own, and those by its aliases and its
 * parents', which the engine hands on to children.
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
 */
function findableBy(resource: Recorded, all: readonly Recorded[]): string[] {
  const parents = (of: Recorded): string[] => {
    const parent = all.find((one) => !one.custom && of.parent.endsWith(`${one.type}::${one.name}`));
    const types = [of.type, ...of.formerTypes];
    return parent ? parents(parent).flatMap((above) => types.map((type) => `${above}$${type}`)) : types;
  };
  return parents(resource).map((types) => `${types}::${resource.name}`);
}

for (const stack of ["staging", "prod"] as const)
  describe(`a ${stack} stack from before services had kinds`, () => {
    it("keeps everything that serves traffic or keeps data", async () => {
      const { resources } = await recordedEnvironment(stack);
      const found = new Set(resources.flatMap((one) => findableBy(one, resources)));
      assert.deepEqual(
        earlier[stack].filter((urn) => !found.has(urn)),
        [],
      );
      const guarded = earlier[stack].filter((urn) => guardedTypes.some((type) => urn.includes(`$${type}::`)));
      assert.ok(guarded.length > 10, String(guarded.length));
    });
  });
