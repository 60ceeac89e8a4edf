import assert from "node:assert/strict";
import { ecrRegistry, formatReference, parseReference } from "./reference";

describe("image names", () => {
  const ecr = "111111111111.dkr.ecr.us-east-1.amazonaws.com";
  const digest = `sha256:${"a".repeat(64)}`;

  it("are taken apart and put together", () => {
    for (const name of [
      `${ecr}/team/api:v1`,
      `${ecr}/api@${digest}`,
      "localhost:5000/api:v1",
      "node:22-alpine",
    ]) {
      assert.equal(formatReference(parseReference(name)), name);
    }
    assert.deepEqual(parseReference("node"), {
      registry: "docker.io",
      repository: "node",
      tag: "latest",
      digest: undefined,
    });
    assert.equal(formatReference(parseReference(`${ecr}/api:v1@${digest}`)), `${ecr}/api@${digest}`);
  });

  it("are refused when malformed", () => {
    for (const name of ["Api", "", "a:b:c", "a@sha256:12", "a b"])
      assert.throws(() => parseReference(name), /is not the name/);
  });

  it("tell whose registry it is", () => {
    assert.deepEqual(ecrRegistry(ecr), { account: "111111111111", region: "us-east-1" });
    assert.equal(ecrRegistry("ghcr.io"), undefined);
  });
});
