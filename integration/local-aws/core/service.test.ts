import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codedeploy";
import { Gateway } from "./gateway";
import { actingService, type Handlers } from "./service";

const $metadata = {};

describe("an acting service behind the gateway", () => {
  const warnings: string[] = [];
  const seen: unknown[] = [];
  const gateway = new Gateway((message) => warnings.push(message));
  let client: sdk.CodeDeployClient;

  before(async () => {
    gateway.use(
      actingService({
        name: "CodeDeploy",
        signingName: "codedeploy",
        sdk,
        warn: (message) => warnings.push(message),
        handlers: {
          GetDeployment: async (input, caller) => {
            seen.push({ input, account: caller.account, region: caller.region });
            const createTime = new Date("2026-01-02T03:04:05.678Z");
            return {
              deploymentInfo: { deploymentId: input.deploymentId, createTime },
              unknown: "member",
            } as object;
          },
          GetApplication: async ({ applicationName }) => {
            const message = `No application found for name: ${applicationName}`;
            throw new sdk.ApplicationDoesNotExistException({ message, $metadata });
          },
          CreateApplication: async () => {
            throw new TypeError("a mistake of ours");
          },
        } satisfies Handlers<typeof sdk>,
      }),
    );
    const endpoint = await gateway.listen(0);
    client = new sdk.CodeDeployClient({
      endpoint,
      region: "eu-west-1",
      maxAttempts: 1,
      credentials: { accessKeyId: "111111111111", secretAccessKey: "x" },
    });
  });
  after(async () => {
    client.destroy();
    await gateway.close();
  });

  it("gives the SDK back typed members, and drops what the model does not have", async () => {
    const { deploymentInfo, ...rest } = await client.send(
      new sdk.GetDeploymentCommand({ deploymentId: "d-1" }),
    );
    assert.deepEqual(deploymentInfo, {
      deploymentId: "d-1",
      createTime: new Date("2026-01-02T03:04:05.678Z"),
    });
    assert.deepEqual(Object.keys(rest), ["$metadata"]);
    assert.deepEqual(seen, [
      { input: { deploymentId: "d-1" }, account: "111111111111", region: "eu-west-1" },
    ]);
  });

  it("throws the SDK's own exception class", async () => {
    await assert.rejects(
      client.send(new sdk.GetApplicationCommand({ applicationName: "a" })),
      (error: Error) => {
        assert.ok(error instanceof sdk.ApplicationDoesNotExistException);
        assert.equal(error.message, "No application found for name: a");
        return true;
      },
    );
  });

  it("says what is not implemented, and never succeeds instead", async () => {
    await assert.rejects(client.send(new sdk.ListGitHubAccountTokenNamesCommand({})), {
      name: "NotImplemented",
      message: "not implemented: CodeDeploy.ListGitHubAccountTokenNames",
    });
  });

  it("refuses absent required members, deep inside too", async () => {
    const command = new sdk.CreateApplicationCommand({ applicationName: undefined });
    await assert.rejects(client.send(command), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value null at 'applicationName' failed to satisfy constraint: Member must not be null",
    });
  });

  it("refuses a member of the wrong type", async () => {
    const command = new sdk.GetDeploymentCommand({ deploymentId: 5 as unknown as string });
    await assert.rejects(client.send(command), {
      name: "ValidationException",
      message: "1 validation error detected: Value at 'deploymentId' must be a string",
    });
  });

  it("answers a mistake of its own with InternalFailure, and says where it is", async () => {
    await assert.rejects(client.send(new sdk.CreateApplicationCommand({ applicationName: "a" })), {
      name: "InternalFailure",
    });
    assert.match(
      warnings.at(-1) ?? "",
      /^CodeDeploy\.CreateApplication failed: TypeError: a mistake of ours/,
    );
  });
});
