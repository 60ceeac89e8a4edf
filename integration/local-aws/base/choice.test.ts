import assert from "node:assert/strict";
import { localStackImage, parseBase } from "./choice";

describe("the choice of a base", () => {
  it("knows MiniStack, and LocalStack with its image", () => {
    assert.deepEqual(parseBase("ministack"), { kind: "ministack" });
    assert.deepEqual(parseBase("localstack"), {
      kind: "localstack",
      image: localStackImage,
      withDockerSocket: false,
    });
    assert.deepEqual(parseBase("localstack", { image: "my/localstack:1", withDockerSocket: true }), {
      kind: "localstack",
      image: "my/localstack:1",
      withDockerSocket: true,
    });
  });

  it("takes what runs on loopback", () => {
    for (const url of [
      "http://127.0.0.1:4566",
      "http://127.9.9.9:1",
      "http://localhost:4566",
      "http://[::1]:4566",
    ]) {
      assert.deepEqual(parseBase(url), { kind: "endpoint", url });
      assert.deepEqual(parseBase(`${url}/`), { kind: "endpoint", url });
    }
  });

  for (const url of [
    "http://example.com:4566",
    "http://10.0.0.1:4566",
    "http://127.0.0.1.example.com:4566",
    "http://localhost.localstack.cloud:4566",
    "http://[::2]:4566",
  ]) {
    it(`refuses ${url}, which is elsewhere`, () => {
      assert.throws(() => parseBase(url), /is not this machine: no request of a rehearsal leaves it/);
    });
  }

  for (const text of [
    "moto",
    "https://127.0.0.1:4566",
    "http://127.0.0.1:4566/path",
    "http://user@127.0.0.1:4566",
    "http://127.0.0.1:4566?x",
    "127.0.0.1:4566",
    "http://",
    "",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseBase(text), /It must be ministack, localstack, or http:\/\/HOST:PORT/);
    });
  }
});
