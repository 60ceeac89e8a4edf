import assert from "node:assert/strict";
import { asset } from "@pulumi/pulumi";
import { watched } from "./inputs";

describe("watched inputs", () => {
  it("names what was not looked at, as deep as it is", () => {
    const { inputs, ignored } = watched({
      name: "a",
      port: 80,
      rules: [
        { type: "x", order: 1 },
        { type: "y", order: 2 },
      ],
      check: { path: "/", port: 1 },
    });
    void inputs.name;
    inputs.rules.map((rule) => rule.type);
    void inputs.check.path;
    assert.deepEqual(ignored(), ["port", "rules[0].order", "rules[1].order", "check.port"]);
  });

  it("takes a whole object for looked at when it was copied or written out", () => {
    const { inputs, ignored } = watched({ tags: { a: "1" }, policy: { Statement: [{ Effect: "Allow" }] } });
    assert.deepEqual({ ...inputs.tags }, { a: "1" });
    assert.equal(JSON.stringify(inputs.policy), '{"Statement":[{"Effect":"Allow"}]}');
    assert.deepEqual(ignored(), []);
  });

  it("lets nothing be nothing", () => {
    const { ignored } = watched({ a: undefined, b: null, c: [], d: { e: {} } });
    assert.deepEqual(ignored(), []);
  });

  it("gives assets as they are", () => {
    const code = new asset.AssetArchive({});
    const { inputs, ignored } = watched({ code, other: new asset.StringAsset("x") });
    assert.equal(inputs.code, code);
    assert.deepEqual(ignored(), ["other"]);
  });
});
