import assert from "node:assert/strict";
import { physicalName } from "./naming";

describe("physicalName", () => {
  it("joins the parts of a name that fits", () => {
    assert.equal(
      physicalName("targetGroup", "gr", "staging", "trivia-api", "green"),
      "gr-staging-trivia-api-green",
    );
    assert.equal(physicalName("loadBalancer", "x".repeat(32)), "x".repeat(32));
  });

  it("cuts a longer one to the limit, and keeps different names different", () => {
    const [blue, green] = ["blue", "green"].map((colour) =>
      physicalName("targetGroup", "gr", "staging", "a-service-with-a-long-name", colour),
    );
    assert.equal(blue, "gr-staging-a-service-with-18a25b");
    assert.equal(green?.length, 32);
    assert.notEqual(blue, green);
  });

  it("never has two hyphens where it was cut", () => {
    assert.match(physicalName("loadBalancer", "x".repeat(24), "y".repeat(9)), /^x{24}-[0-9a-f]{6}$/);
  });
});
