import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { awsProvider } from "./provider";
import { record, recordedEnvironment } from "./testing";

/** The settings of the provider that a stack with these `aws:` keys gets. Those that are not texts come as JSON. */
async function settings(keys: Record<string, string>, secretKeys?: string[]) {
  pulumi.runtime.setAllConfig({ "greenroom:environment": "prod", ...keys }, secretKeys);
  try {
    const made = await record(() => void awsProvider("prod"));
    return made.get("pulumi:providers:aws", "aws").inputs;
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}

describe("the AWS provider of a stack", () => {
  it("has the settings of the stack's aws: keys, and tags for everything", async () => {
    const made = await settings({
      "aws:region": "eu-west-1",
      "aws:allowedAccountIds": '["111111111111"]',
      "aws:skipMetadataApiCheck": "true",
      "aws:maxRetries": "3",
      "aws:profile": "42",
      "aws:defaultTags": '{"tags":{"team":"trivia","environment":"ours"}}',
    });
    assert.equal(made["region"], "eu-west-1");
    assert.equal(made["allowedAccountIds"], '["111111111111"]');
    assert.equal(made["skipMetadataApiCheck"], "true");
    assert.equal(made["maxRetries"], "3");
    assert.equal(made["profile"], "42");
    assert.deepEqual(JSON.parse(made["defaultTags"] as string), {
      tags: { team: "trivia", project: "greenroom", environment: "prod" },
    });
  });

  it("keeps secret what is secret among them", async () => {
    const keys = {
      "aws:region": "eu-west-1",
      "aws:profile": "ours",
      "aws:assumeRoles": '[{"externalId":"hush"}]',
      "aws:defaultTags": '{"tags":{"team":"hush"}}',
    };
    const made = await settings(keys, ["aws:profile", "aws:assumeRoles", "aws:defaultTags"]);
    const secrets = Object.entries(made).filter(([, value]) => pulumi.runtime.isRpcSecret(value));
    assert.deepEqual(secrets.map(([name]) => name).sort(), ["assumeRoles", "defaultTags", "profile"]);
    assert.equal(made["region"], "eu-west-1");
    assert.equal(pulumi.runtime.unwrapRpcSecret(made["profile"]), "ours");
    assert.equal(pulumi.runtime.unwrapRpcSecret(made["assumeRoles"]), keys["aws:assumeRoles"]);
  });

  it("makes every resource of both stacks", async () => {
    for (const stack of ["staging", "prod"] as const) {
      const { resources } = await recordedEnvironment(stack);
      const others = resources.filter(
        ({ type, custom, provider }) =>
          custom && type.startsWith("aws:") && !provider.includes("providers:aws::aws::"),
      );
      assert.deepEqual(
        others.map(({ name }) => name),
        [],
      );
    }
  });
});
