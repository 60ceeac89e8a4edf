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

  it("says who imports a file that is not there", () => {
    const file = path.join(root, "infra/services.ts");
    const missing = Object.assign(
      new Error(`Cannot find module '../services/a/service'\nRequire stack:\n- ${file}`),
      {
        requireStack: [file, path.join(root, "integration/rehearsal/run.ts")],
      },
    );
    assert.equal(
      told(missing),
      "infra/services.ts: Cannot find module '../services/a/service': correct what it imports, or add that file",
    );
  });

  it("names files from the checkout on", () =>
    assert.equal(
      told(new Error(`Transform failed:\n${path.join(root, "services/a/service.ts")}:1:16: ERROR`)),
      "Transform failed:\nservices/a/service.ts:1:16: ERROR",
    ));

  it("is as it stands where it came from elsewhere", () => {
    assert.equal(told(thrown("boom", "integration/checkout.ts")), "boom");
    assert.equal(told("boom"), "boom");
  });
});
