import assert from "node:assert/strict";
import { compareInventories, wholeResource } from "./compare";
import { formatDifferences, formatInventory } from "./format";

const bucket = (attributes: Record<string, unknown>, name = "artifacts") => ({
  kind: "bucket",
  name,
  id: `${name}-1a2b3c4`,
  attributes,
});

describe("Comparison of inventories", () => {
  it("finds nothing in the same, whatever the ids", () => {
    const a = [bucket({ Versioning: "Enabled", Tags: { a: "1" } })];
    const b = [{ ...bucket({ Tags: { a: "1" }, Versioning: "Enabled" }), id: "other" }];
    assert.deepEqual(compareInventories(a, b), []);
  });

  it("finds a resource that only one has", () => {
    const [first, second] = [bucket({}, "first"), bucket({ Versioning: "Enabled" }, "second")];
    const path = wholeResource;
    assert.deepEqual(compareInventories([first, second], [first]), [
      { kind: "bucket", name: "second", path, a: { Versioning: "Enabled" }, b: undefined },
    ]);
    assert.deepEqual(compareInventories([second], [first, second]), [
      { kind: "bucket", name: "first", path, a: undefined, b: {} },
    ]);
  });

  it("takes resources of different kinds for different", () => {
    const role = { ...bucket({}), kind: "role" };
    assert.deepEqual(
      compareInventories([bucket({})], [role]).map(({ kind, a }) => [kind, a]),
      [
        ["bucket", {}],
        ["role", undefined],
      ],
    );
  });

  it("finds a changed, a missing and an additional attribute, however deep", () => {
    const a = bucket({ Rules: [{ Days: 1 }, { Days: 2 }], Tags: { owner: "me", "a.b": "1" } });
    const b = bucket({ Rules: [{ Days: 1 }, { Days: 3 }, { Days: 4 }], Tags: { "a.b": "2", more: "x" } });
    assert.deepEqual(
      compareInventories([a], [b]).map(({ path, a, b }) => [path, a, b]),
      [
        ["Rules[1].Days", 2, 3],
        ["Rules[2]", undefined, { Days: 4 }],
        ["Tags.a.b", "1", "2"],
        ["Tags.more", undefined, "x"],
        ["Tags.owner", "me", undefined],
      ],
    );
  });

  it("takes a text and a number, and an object and a list, for different", () => {
    assert.equal(compareInventories([bucket({ Days: "1" })], [bucket({ Days: 1 })]).length, 1);
    assert.equal(compareInventories([bucket({ Rules: {} })], [bucket({ Rules: [] })]).length, 1);
  });

  it("refuses an inventory that has a resource twice", () => {
    assert.throws(
      () => compareInventories([bucket({}), bucket({})], []),
      /the inventory has "bucket:artifacts" twice/,
    );
  });

  it("is written for people", () => {
    const a = [bucket({ Size: 1, Tags: { owner: "me" } }), bucket({}, "old")];
    const b = [bucket({ Size: 2 }), bucket({}, "new")];
    assert.equal(
      formatDifferences(compareInventories(a, b), ["direct", "the engine"]),
      [
        "4 differences between direct and the engine:",
        '  bucket "artifacts"',
        "    Size",
        "      direct:     1",
        "      the engine: 2",
        "    Tags",
        '      direct:     {"owner":"me"}',
        "      the engine: (none)",
        '  bucket "new": only in the engine',
        '  bucket "old": only in direct',
      ].join("\n"),
    );
    assert.equal(formatDifferences(compareInventories(a, a), ["direct", "the engine"]), "");
    assert.equal(formatInventory([bucket({})]), 'bucket "artifacts" (artifacts-1a2b3c4)');
  });
});
