import assert from "node:assert/strict";
import { LocalProvider } from "./local-provider";
import { Providers } from "./providers";
import type { ResourceType } from "./resource-type";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("the provider behind the mock monitor", () => {
  const created: string[] = [];
  const provider = (create: ResourceType["create"] = async () => ({ id: "id", outputs: {} })) => {
    created.length = 0;
    const providers = new Providers("http://127.0.0.1:1", "111111111111", { "aws:region": "us-east-1" });
    return new LocalProvider(
      providers,
      (type, name, count) => created.push(`${count} ${type} ${name}`),
      () => ({ create }),
    );
  };
  const resource = (inputs: object = {}, more: object = {}) => ({
    type: "aws:x/y:Y",
    name: "n",
    custom: true,
    inputs,
    ...more,
  });

  it("creates, counts and tells", async () => {
    const it = provider(async () => ({ id: "id", outputs: { arn: "a" } }));
    assert.deepEqual(await it.newResource(resource()), {
      id: "id",
      state: { region: "us-east-1", arn: "a" },
    });
    assert.deepEqual(created, ["1 aws:x/y:Y n"]);
  });

  it("creates nothing for components and providers of the program", async () => {
    const it = provider(() => assert.fail("created"));
    assert.deepEqual(await it.newResource(resource({ a: 1 }, { type: "greenroom:infra:X", custom: false })), {
      id: undefined,
      state: {},
    });
    const made = await it.newResource(resource({ region: "us-west-2" }, { type: "pulumi:providers:aws" }));
    assert.match(made.id ?? "", /^[0-9a-f-]{36}$/);
    assert.deepEqual(created, []);
  });

  it("gives secrets to AWS as they are, and back to the program as secrets", async () => {
    let seen: unknown;
    const it = provider(async (inputs) => {
      seen = (inputs as { value: string }).value;
      return { id: "id", outputs: {} };
    });
    const { state } = await it.newResource(resource({ value: secret("s") }));
    assert.equal(seen, "s");
    assert.deepEqual(state.value, secret("s"));
  });

  it("refuses to read what is there already", async () => {
    await assert.rejects(provider().newResource(resource({}, { id: "vpc-1" })), /cannot read or import/);
  });

  it("begins nothing after a failure, lets what is under way end, and keeps only what failed", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const it = provider(async (_, { name }) => {
      if (name === "bad") throw new Error("AccessDenied: no");
      await gate;
      return { id: name, outputs: {} };
    });
    const slow = it.newResource(resource({}, { name: "slow" }));
    await assert.rejects(it.newResource(resource({}, { name: "bad" })), /AccessDenied/);
    await it.failedOrIdle(60_000);
    await assert.rejects(it.newResource(resource({}, { name: "later" })), /not begun/);
    assert.equal(it.underway, 1);
    await it.settled(10);
    release();
    await it.settled(1000);
    assert.equal((await slow).id, "slow");
    assert.equal(it.underway, 0);
    assert.deepEqual(it.failures, [{ type: "aws:x/y:Y", name: "bad", message: "AccessDenied: no" }]);
  });

  it("notices that nothing happens any more", async () => {
    await provider().failedOrIdle(30);
  });
});
