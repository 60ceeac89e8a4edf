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
  const environment = () => engineEnvironment("http://127.0.0.1:4566", "111111111111", folder);

  it("has nobody's credentials, and no endpoint but the local AWS", () => {
    const inherited = {
      AWS_PROFILE: "mine",
      AWS_DEFAULT_PROFILE: "mine",
      AWS_SESSION_TOKEN: "mine",
      AWS_ROLE_ARN: "arn:aws:iam::999999999999:role/mine",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/mine",
      AWS_ENDPOINT_URL_S3: "https://s3.example.com",
      TF_AWS_S3_ENDPOINT: "https://s3.example.com",
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    };
    const replaced = {
      AWS_CONFIG_FILE: "/mine",
      AWS_ACCESS_KEY_ID: "mine",
      AWS_ENDPOINT_URL: "https://mine",
    };
    Object.assign(process.env, inherited, replaced, { AWS_REGION: "eu-west-1" });
    const laidOver = { ...process.env, ...environment() };
    for (const name of Object.keys(inherited)) assert.equal(laidOver[name], undefined, name);
    assert.equal(laidOver.AWS_CONFIG_FILE, os.devNull);
    assert.equal(laidOver.AWS_SHARED_CREDENTIALS_FILE, os.devNull);
    assert.equal(laidOver.AWS_ACCESS_KEY_ID, "111111111111");
    assert.equal(laidOver.AWS_ENDPOINT_URL, "http://127.0.0.1:4566");
    assert.equal(laidOver.AWS_REGION, "eu-west-1");
  });

  it("has the passphrase that the user has, or an empty one", () => {
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
    assert.equal(environment().PULUMI_CONFIG_PASSPHRASE, "");
    process.env.PULUMI_CONFIG_PASSPHRASE = "mine";
    assert.equal(environment().PULUMI_CONFIG_PASSPHRASE, "mine");
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    process.env.PULUMI_CONFIG_PASSPHRASE_FILE = "/mine";
    assert.ok(!("PULUMI_CONFIG_PASSPHRASE" in environment()), "Pulumi would not read the file");
  });

  it("drops who the stack's file says one is, and nothing of the project's own", () => {
    const kept = {
      "aws:region": "eu-west-1",
      "aws:defaultTags": { tags: { a: "b" } },
      "greenroom:environment": "prod",
      "greenroom:token": "1",
      profile: "the project's own",
    };
    assert.deepEqual(
      localConfig({
        ...kept,
        "aws:profile": "mine",
        "aws:config:accessKey": "mine",
        "aws:secretKey": { secure: "v1:abc" },
        "aws:assumeRoles": [{ roleArn: "arn:aws:iam::999999999999:role/mine" }],
        "aws:endpoints": [],
      }),
      { ...kept, "aws:s3UsePathStyle": true, "aws:skipMetadataApiCheck": true },
    );
  });

  it("is in one folder, with the plugins that the user has", () => {
    const home = path.join(folder, "user");
    mkdirSync(path.join(home, "plugins", "resource-aws-v7.0.0"), { recursive: true });
    // Not where the link is.
    process.env.PULUMI_HOME = path.relative(process.cwd(), home);
    for (let i = 0; i < 2; i++) makeEngineFolders(folder);
    const { PULUMI_HOME = "", TMPDIR = "" } = environment();
    assert.ok(existsSync(path.join(PULUMI_HOME, "plugins", "resource-aws-v7.0.0")));
    for (const value of [PULUMI_HOME, TMPDIR]) assert.ok(value.startsWith(folder) && existsSync(value));
  });
});
