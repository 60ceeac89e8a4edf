import assert from "node:assert/strict";
import { knownTypes } from "../direct/resources";
import { services } from "./services";

describe("Services of an inventory", () => {
  it("read every type that direct provisioning creates", () => {
    const read = services.flatMap(({ types }) => types);
    // What is not read would be the same in every comparison, and gone after every destroy.
    assert.deepEqual(
      knownTypes().filter((type) => !read.includes(type)),
      [],
    );
    assert.deepEqual(
      read.filter((type) => !knownTypes().includes(type)),
      [],
    );
  });
});
