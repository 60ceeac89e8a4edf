import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { tags } from "./tags";
import { messagesAbout } from "./testing";

describe("tags", () => {
  const both = { project: "greenroom", environment: "test" };
  const lacks = (missing: string) => [
    `project-and-environment-tags: LogGroup log lacks the ${missing}. Make it with the stack's provider, whose defaultTags ` +
      "everything carries (infra/provider.ts), or set tags.",
  ];
  const group = (own?: Record<string, string>, defaults?: Record<string, string>) => () => {
    const provider = defaults && new aws.Provider("aws", { defaultTags: { tags: defaults } });
    new aws.cloudwatch.LogGroup("log", { tags: own }, { provider });
  };

  it("come from the provider, from the resource, or from both", async () => {
    assert.deepEqual(await messagesAbout(tags, group(undefined, both)), []);
    assert.deepEqual(await messagesAbout(tags, group(both)), []);
    assert.deepEqual(await messagesAbout(tags, group({ environment: "test" }, { project: "p" })), []);
  });

  it("are both needed, and not empty", async () => {
    assert.deepEqual(await messagesAbout(tags, group()), lacks("tags project and environment"));
    assert.deepEqual(await messagesAbout(tags, group({ project: "p" })), lacks("tag environment"));
    assert.deepEqual(await messagesAbout(tags, group({ ...both, project: "" }, both)), lacks("tag project"));
  });

  it("are not asked of what cannot carry them", async () => {
    assert.deepEqual(
      await messagesAbout(
        tags,
        () =>
          new aws.s3.BucketVersioning("v", { bucket: "b", versioningConfiguration: { status: "Enabled" } }),
      ),
      [],
    );
  });
});
