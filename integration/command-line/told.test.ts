import assert from "node:assert/strict";
import path from "node:path";
import { root } from "../checkout";
import { told } from "./told";

const thrown = (message: string, file: string) =>
  Object.assign(new Error(message), {
    stack: `Error: ${message}\n    at Object.<anonymous> (${path.join(root, file)}:7:3)\n    at Module._compile (node:internal)`,
  });

describe("what an error says", () => {
  it("names the service's file that threw it, with its line", () =>
    assert.equal(told(thrown("boom", "services/a/service.ts")), "services/a/service.ts:7: boom"));

  it("names a file once", () => {
    const message = "services/a/service.ts is wrong:\n  port is 0";
    assert.equal(told(thrown(message, "services/a/service.ts")), message);
  });

  it("is as it stands where it came from elsewhere", () => {
    assert.equal(told(thrown("boom", "integration/checkout.ts")), "boom");
    assert.equal(told("boom"), "boom");
  });
});
