import assert from "node:assert/strict";
import { compareInventories, type Reason, wholeResource } from "./compare";
import { formatComparison, formatInventory } from "./format";
import type { Inventory } from "./resource";

const bucket = (attributes: Record<string, unknown>, name = "artifacts") => ({
  kind: "bucket",
  name,
  id: `${name}-1a2b3c4`,
  attributes,
});

const compare = (a: Inventory, b: Inventory, reasons: Reason[] = []) => compareInventories(a, b, reasons);
const differences = (a: Inventory, b: Inventory) => compare(a, b).differences;

describe("Comparison of inventories", () => {
  it("finds nothing in the same, whatever the ids", () => {
    const a = [bucket({ Versioning: "Enabled", Tags: { a: "1" } })];
    assert.deepEqual(compare(a, [{ ...bucket({ Tags: { a: "1" }, Versioning: "Enabled" }), id: "other" }]), {
      differences: [],
      accepted: [],
      unused: [],
    });
  });

  it("finds a resource that only one has", () => {
    const [first, second] = [bucket({}, "first"), bucket({ Versioning: "Enabled" }, "second")];
    const path = wholeResource;
    assert.deepEqual(differences([first, second], [first]), [
      { kind: "bucket", name: "second", path, a: { Versioning: "Enabled" }, b: undefined },
    ]);
    assert.deepEqual(differences([second], [first, second]), [
      { kind: "bucket", name: "first", path, a: undefined, b: {} },
    ]);
  });

  it("takes resources of different kinds for different", () => {
    const role = { ...bucket({}), kind: "role" };
    assert.deepEqual(
      differences([bucket({})], [role]).map(({ kind, a }) => [kind, a]),
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
      differences([a], [b]).map(({ path, a, b }) => [path, a, b]),
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
    assert.equal(differences([bucket({ Days: "1" })], [bucket({ Days: 1 })]).length, 1);
    assert.equal(differences([bucket({ Rules: {} })], [bucket({ Rules: [] })]).length, 1);
  });

  it("refuses an inventory that has a resource twice", () => {
    assert.throws(() => compare([bucket({}), bucket({})], []), /the inventory has "bucket:artifacts" twice/);
  });

  describe("reasons", () => {
    const a = [bucket({ Size: 1, Tags: { owner: "me" } }), bucket({ Size: 1 }, "releases")];
    const b = [bucket({ Size: 2, Tags: { owner: "you" } }), bucket({ Size: 2 }, "releases")];
    const left = (...reasons: Reason[]) =>
      compare(a, b, reasons).differences.map(({ name, path }) => `${name} ${path}`);

    it("accept what they name, and nothing else", () => {
      const why = "grows";
      assert.deepEqual(left({ kind: "bucket", path: "Size", why }), ["artifacts Tags.owner"]);
      assert.deepEqual(left({ kind: "*", name: "art*", path: "Size", why }), [
        "artifacts Tags.owner",
        "releases Size",
      ]);
      assert.deepEqual(left({ kind: "bucket", path: "Tags.*", why }), ["artifacts Size", "releases Size"]);
      assert.equal(left({ kind: "role", path: "*", why }).length, 3);
      assert.equal(left({ kind: "bucket", path: "Siz", why }).length, 3, "a path is matched as a whole");
      assert.equal(left({ kind: "bucket", path: "Size?", why }).length, 3, "only * is a pattern");
      assert.equal(left({ kind: "bucket", path: "S.ze", why }).length, 3, "only * is a pattern");
    });

    it("say why something was accepted", () => {
      const { accepted } = compare(a, b, [{ kind: "bucket", name: "releases", path: "Size", why: "grows" }]);
      assert.deepEqual(accepted, [
        { kind: "bucket", name: "releases", path: "Size", a: 1, b: 2, why: "grows" },
      ]);
    });

    it("accept a whole resource only when they say so", () => {
      const count = (path: string) =>
        compare([bucket({})], [], [{ kind: "bucket", path, why: "" }]).differences.length;
      assert.equal(count("*"), 1);
      assert.equal(count(wholeResource), 0);
    });

    it("are reported when they explain nothing", () => {
      const needed = { kind: "bucket", path: "*", why: "needed" };
      const also = { kind: "bucket", path: "Size", why: "needed too" };
      const old = { kind: "bucket", path: "Color", why: "was needed once" };
      assert.deepEqual(compare(a, b, [needed, also, old]).unused, [old]);
      assert.deepEqual(compare(a, a, [needed]).unused, [needed]);
    });
  });

  it("is written for people", () => {
    const a = [bucket({ Size: 1, Tags: { owner: "me" } }), bucket({}, "old")];
    const b = [bucket({ Size: 2 }), bucket({}, "new")];
    const unused = { kind: "listener", name: "lb:80", path: "Port", why: "the engine rounds" };
    assert.equal(
      formatComparison(compare(a, b, [unused]), ["direct", "the engine"]),
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
        "reasons that explain no difference (remove them):",
        '  listener "lb:80" Port: the engine rounds',
      ].join("\n"),
    );
    assert.equal(formatComparison(compare(a, a), ["direct", "the engine"]), "");
    assert.equal(formatInventory([bucket({})]), 'bucket "artifacts" (artifacts-1a2b3c4)');
  });
});
