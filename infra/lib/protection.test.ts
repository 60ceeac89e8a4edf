import assert from "node:assert/strict";
import { Environment } from "../environment";
import { record, recordedEnvironment, stackConfig } from "../testing";
import { guardedTypes } from "./protection";

/** Arguments by which AWS itself guards what is in a resource. */
const physical = ["enableDeletionProtection", "forceDestroy", "forceDelete"];

describe("protection", () => {
  it("guards exactly what serves traffic or keeps data", async () => {
    for (const stack of ["staging", "prod"] as const) {
      const { resources } = await recordedEnvironment(stack);
      const guarded = resources.filter(({ protect }) => protect);
      // A table is a service's own (definitions.test.ts); this program makes none.
      const made = guardedTypes.filter((type) => type !== "aws:dynamodb/table:Table");
      assert.deepEqual([...new Set(guarded.map(({ type }) => type))].sort(), made.sort());
      for (const { type, name, protect, inputs } of resources) {
        assert.equal(protect, guardedTypes.includes(type), name);
        const given = physical.filter((key) => key in inputs).map((key) => [key, inputs[key]]);
        const expected = {
          "aws:lb/loadBalancer:LoadBalancer": [["enableDeletionProtection", true]],
          "aws:s3/bucket:Bucket": [["forceDestroy", false]],
          "aws:ecr/repository:Repository": [["forceDelete", false]],
        }[type];
        assert.deepEqual(given, expected ?? [], name);
      }
    }
  });

  it("lets everything go when it is off", async () => {
    const { resources } = await record(() => new Environment(stackConfig("prod", { protect: false })));
    assert.deepEqual(
      resources.filter(({ protect }) => protect),
      [],
    );
    const inputsOf = (type: string) => resources.find((resource) => resource.type === type)?.inputs;
    assert.equal(inputsOf("aws:lb/loadBalancer:LoadBalancer")?.["enableDeletionProtection"], false);
    assert.equal(inputsOf("aws:s3/bucket:Bucket")?.["forceDestroy"], true);
    assert.equal(inputsOf("aws:ecr/repository:Repository")?.["forceDelete"], true);
  });

  it("may be off for one service", async () => {
    const config = stackConfig("prod", { services: { "trivia-api": { protect: false } } });
    const { resources } = await record(() => new Environment(config));
    const guarded = resources.filter(({ protect }) => protect).map(({ name }) => name);
    assert.deepEqual(guarded.sort(), ["prod-cluster", "prod-releases-bucket"]);
  });

  it("leaves the word to the program where it has said something of one resource", async () => {
    const { resources } = await record(
      () =>
        new Environment(stackConfig("prod"), {
          transformations: [
            ({ name, props, opts }) => ({ props, opts: { ...opts, protect: name !== "prod-cluster" } }),
          ],
        }),
    );
    assert.equal(resources.find(({ name }) => name === "prod-cluster")?.protect, false);
  });
});
