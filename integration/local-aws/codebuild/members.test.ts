import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codebuild";
import { refusesOthers } from "../core/members-walk";
import { obeyed } from "./members";
import { Harness } from "./testing-aws";

describe("members of CodeBuild's requests", () => {
  let harness: Harness;
  before(() => (harness = new Harness()));
  after(() => harness.close());
  const caller = { ...new Harness().caller };
  refusesOthers({ name: "CodeBuild", sdk, obeyed }, () => harness.service.operations, caller);

  it("are refused by value where only some are obeyed", async () => {
    const refused = (changes: object, message: string) =>
      assert.rejects(harness.createProject(changes), {
        message: `NotImplemented: not implemented: CodeBuild.CreateProject with ${message}`,
      });
    await refused(
      { cache: { type: "S3", location: "bucket" } },
      'cache.type "S3" (NO_CACHE or LOCAL is here)',
    );
    await refused({ autoRetryLimit: 2 }, "autoRetryLimit 2 (0 is here)");
    await refused(
      { logsConfig: { s3Logs: { status: "ENABLED", location: "bucket" } } },
      'logsConfig.s3Logs.status "ENABLED" (DISABLED is here)',
    );
  });

  it("may be there when they say nothing, as tools send them", async () => {
    const project = await harness.createProject({
      source: { type: "CODEPIPELINE", buildspec: "buildspec.yml", gitCloneDepth: 0, insecureSsl: false },
      vpcConfig: { vpcId: "", subnets: [], securityGroupIds: [] },
      buildBatchConfig: {},
      badgeEnabled: false,
      cache: { type: "NO_CACHE", location: "" },
      logsConfig: { s3Logs: { status: "DISABLED", location: "", encryptionDisabled: false } },
      fileSystemLocations: [],
      autoRetryLimit: 0,
    });
    assert.deepEqual(
      [project.vpcConfig, project.buildBatchConfig, project.badge],
      [undefined, undefined, { badgeEnabled: false }],
    );
  });
});
