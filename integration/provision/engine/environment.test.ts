import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { engineEnvironment, localConfig, makeEngineFolders } from "./environment";

describe("the engine's environment", () => {
  const before = { ...process.env };
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"))));
  afterEach(() => {
    process.env = { ...before };
    rmSync(folder, { recursive: true });
  });

  it("has nobody's credentials, and no endpoint but the local AWS", () => {
    Object.assign(process.env, { AWS_PROFILE: "mine", AWS_ENDPOINT_URL_S3: "https://s3.example.com" });
    const { AWS_PROFILE, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_CONFIG_FILE, AWS_SESSION_TOKEN } =
      engineEnvironment("http://127.0.0.1:4566", "111111111111", folder);
    assert.deepEqual(
      [AWS_PROFILE, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_CONFIG_FILE, AWS_SESSION_TOKEN],
      ["", "", "http://127.0.0.1:4566", os.devNull, ""],
    );
  });

  it("drops who the stack's file says one is", () => {
    assert.deepEqual(
      localConfig({
        "aws:profile": "mine",
        "aws:secretKey": { secure: "v1:abc" },
        "aws:endpoints": [],
        "aws:region": "eu-west-1",
        "greenroom:environment": "prod",
        // A project's own key, which is written without its name.
        token: "own",
      }),
      {
        "aws:region": "eu-west-1",
        "greenroom:environment": "prod",
        token: "own",
        "aws:s3UsePathStyle": true,
        "aws:skipMetadataApiCheck": true,
      },
    );
  });

  it("is in one folder, with the plugins that the user has", () => {
    const home = path.join(folder, "user");
    mkdirSync(path.join(home, "plugins", "resource-aws-v7.0.0"), { recursive: true });
    process.env.PULUMI_HOME = home;
    for (let i = 0; i < 2; i++) makeEngineFolders(folder);
    const environment = engineEnvironment("http://127.0.0.1:4566", "111111111111", folder);
    assert.ok(existsSync(path.join(environment.PULUMI_HOME ?? "", "plugins", "resource-aws-v7.0.0")));
    for (const value of [environment.PULUMI_HOME, environment.TMPDIR])
      assert.ok(value?.startsWith(folder) && existsSync(value));
  });
});
