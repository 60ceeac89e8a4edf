import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as codedeploy from "@aws-sdk/client-codedeploy";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import * as scheduler from "@aws-sdk/client-scheduler";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { Gateway } from "./gateway";
import { CallersOfBase, type Identity } from "./identity";
import { actingService } from "./service";

/** As most AWS clients speak to CloudWatch. */
class CborClient extends cloudwatch.CloudWatchClient {
  constructor(config: cloudwatch.CloudWatchClientConfig) {
    super({ ...config, protocol: AwsSmithyRpcV2CborProtocol });
  }
}

/** Keys that the base has issued. */
const issued: Record<string, string> = {
  AKIAANN: "arn:aws:iam::222222222222:user/ann",
  ASIAROLE: "arn:aws:sts::222222222222:assumed-role/build/session",
};

describe("whose credentials a call is signed with", () => {
  const asked: { key: string; token: unknown }[] = [];
  const callers: Identity[] = [];
  const warnings: string[] = [];
  const gateway = new Gateway((message) => warnings.push(message));
  const clients: { destroy(): void }[] = [];
  let endpoint: string;
  /** Like MiniStack: whom it does not know is the root of its default account. */
  const base = http.createServer((request, response) => {
    const { authorization = "", "x-amz-security-token": token } = request.headers;
    const key = /Credential=([^/]+)/.exec(authorization)?.[1] ?? "";
    asked.push({ key, token });
    if (key === "ASIAOLD") {
      response.writeHead(403).end("<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>");
      return;
    }
    const arn = issued[key] ?? "arn:aws:iam::000000000000:root";
    response.end(
      `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${arn.split(":")[4]}</Account>` +
        `<Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  });

  before(async () => {
    await new Promise<void>((resolve) => base.listen(0, "127.0.0.1", resolve));
    gateway.useBase(`http://127.0.0.1:${(base.address() as AddressInfo).port}`);
    const warn = (message: string) => warnings.push(message);
    const handlers = {
      ListApplications: async (_input: unknown, caller: Identity) => {
        callers.push(caller);
        return {};
      },
    };
    gateway.use(
      actingService({ name: "CodeDeploy", signingName: "codedeploy", sdk: codedeploy, warn, handlers }),
    );
    for (const name of ["elasticloadbalancing", "monitoring", "scheduler"])
      gateway.use({ signingName: name, beside: {} });
    endpoint = await gateway.listen(0);
  });
  beforeEach(() => {
    asked.length = callers.length = 0;
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await gateway.close();
    base.close();
    assert.deepEqual(warnings, []);
  });

  function as<C extends { destroy(): void }>(
    Client: new (config: codedeploy.CodeDeployClientConfig & { maxAttempts: 1 }) => C,
    accessKeyId: string,
    sessionToken?: string,
  ): C {
    const credentials = { accessKeyId, secretAccessKey: "x", sessionToken };
    const client = new Client({ endpoint, region: "eu-west-1", maxAttempts: 1, credentials });
    clients.push(client);
    return client;
  }
  const list = (key: string, token?: string) =>
    as(codedeploy.CodeDeployClient, key, token).send(new codedeploy.ListApplicationsCommand({}));

  it("is the account itself for its number, which no base is asked about", async () => {
    await list("111111111111");
    assert.equal(callers[0]?.account, "111111111111");
    assert.equal(callers[0]?.arn, "arn:aws:iam::111111111111:root");
    assert.deepEqual(asked, []);
  });

  it("is asked of the base once for each key and session token", async () => {
    await list("ASIAROLE", "one");
    await list("ASIAROLE", "one");
    await list("ASIAROLE", "two");
    await list("AKIAANN");
    assert.deepEqual(asked, [
      { key: "ASIAROLE", token: "one" },
      { key: "ASIAROLE", token: "two" },
      { key: "AKIAANN", token: undefined },
    ]);
    assert.deepEqual(callers[1], {
      account: "222222222222",
      region: "eu-west-1",
      arn: issued.ASIAROLE,
      credentials: { accessKeyId: "ASIAROLE", secretAccessKey: "greenroom", sessionToken: "one" },
    });
    assert.equal(callers[3]?.arn, issued.AKIAANN);
  });

  it("is asked again after a while, as a session expires", async () => {
    const stsUrl = () => `http://127.0.0.1:${(base.address() as AddressInfo).port}`;
    const scope = { accessKeyId: "ASIAROLE", region: "eu-west-1", service: "codedeploy" };
    const once = new CallersOfBase(stsUrl, 60_000);
    for (let i = 0; i < 3; i++) await once.of(scope);
    assert.equal(asked.length, 1);
    const always = new CallersOfBase(stsUrl, 0);
    for (let i = 0; i < 3; i++) assert.equal((await always.of(scope)).arn, issued.ASIAROLE);
    assert.equal(asked.length, 4);
  });

  const unknown =
    (name: string, status: number, adjective = "invalid") =>
    (error: Error) => {
      const { $metadata } = error as Error & { $metadata: { httpStatusCode?: number } };
      assert.deepEqual([error.name, $metadata.httpStatusCode], [name, status]);
      assert.equal(error.message, `The security token included in the request is ${adjective}.`);
      return true;
    };

  it("is refused in each protocol as AWS does when nobody's", async () => {
    await assert.rejects(list("AKIANOBODY"), unknown("UnrecognizedClientException", 400));
    await assert.rejects(
      as(elb.ElasticLoadBalancingV2Client, "AKIANOBODY").send(new elb.DescribeLoadBalancersCommand({})),
      unknown("InvalidClientTokenId", 403),
    );
    await assert.rejects(
      as(scheduler.SchedulerClient, "AKIANOBODY").send(new scheduler.ListSchedulesCommand({})),
      unknown("UnrecognizedClientException", 403),
    );
    await assert.rejects(
      as(CborClient, "AKIANOBODY").send(new cloudwatch.ListDashboardsCommand({})),
      unknown("InvalidClientTokenId", 403),
    );
    assert.deepEqual(callers, []);
  });

  it("is refused when it has expired, and asked again each time", async () => {
    await assert.rejects(list("ASIAOLD", "t"), unknown("ExpiredTokenException", 400, "expired"));
    await assert.rejects(list("ASIAOLD", "t"), unknown("ExpiredTokenException", 400, "expired"));
    assert.equal(asked.length, 2);
  });
});
