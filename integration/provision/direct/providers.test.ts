import assert from "node:assert/strict";
import { Providers, providerSettings } from "./providers";

describe("the settings of an AWS provider", () => {
  const settings = (given: object, account?: string) =>
    providerSettings({ region: "us-east-1", ...given }, account, "stack");

  it("give region, account and default tags", () => {
    const given = {
      allowedAccountIds: '["222222222222"]',
      defaultTags: '{"tags":{"a":"b"}}',
      maxRetries: "2",
      profile: "mine",
      assumeRoles: "[]",
    };
    assert.deepEqual(settings(given), {
      region: "us-east-1",
      account: "222222222222",
      defaultTags: { a: "b" },
    });
  });

  it("refuse an account that is not allowed, no account, and what means something here but is not done", () => {
    assert.throws(
      () => settings({ allowedAccountIds: '["2"]' }, "111111111111"),
      /the account is 111111111111, .* has 2$/,
    );
    assert.throws(() => settings({}), /stack: which account\? Set aws:allowedAccountIds/);
    assert.throws(() => settings({}, "me"), /"me" is not an account id/);
    assert.throws(() => settings({ ignoreTags: "{}" }, "111111111111"), /does not act on aws:ignoreTags/);
    assert.throws(() => providerSettings({}, "111111111111", "stack"), /stack: aws:region is not set/);
  });

  it("of the program's own provider are its own", () => {
    const providers = new Providers("http://127.0.0.1:1", "111111111111", { "aws:region": "us-east-1" });
    const id = providers.add("west", { region: "us-west-2" });
    assert.equal(providers.of(`urn:pulumi:s::p::pulumi:providers:aws::west::${id}`).region, "us-west-2");
    assert.equal(providers.of("").region, "us-east-1");
    providers.close();
  });
});
