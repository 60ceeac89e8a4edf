import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { request } from "undici";
import { Gateway } from "./gateway";

/** A base that says which call it got, and knows one temporary key. */
async function startBase(knows: Record<string, string> = {}) {
  const calls: { path: string; authorization: string; token: unknown }[] = [];
  const server = http.createServer((incoming, response) => {
    const { authorization = "", "x-amz-security-token": token } = incoming.headers;
    calls.push({ path: incoming.url ?? "", authorization, token });
    const key = /Credential=([^/]+)/.exec(authorization)?.[1] ?? "";
    response.end(
      `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${knows[key] ?? "000000000000"}</Account>` +
        `<Arn>arn:aws:iam::${knows[key] ? `${knows[key]}:user/ann` : "000000000000:root"}</Arn>` +
        "</GetCallerIdentityResult></GetCallerIdentityResponse>",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { calls, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
type FakeBase = Awaited<ReturnType<typeof startBase>>;

describe("the gateway in front of two bases", () => {
  const key = "LSIAQAAAAAAVNCBMPNSG";
  const gateway = new Gateway(() => undefined);
  let identity: FakeBase;
  let registry: FakeBase;
  let endpoint: string;

  before(async () => {
    [identity, registry] = await Promise.all([startBase({ [key]: "222222222222" }), startBase()]);
    endpoint = await gateway.listen(0);
    gateway.useBases({ urlOf: (service) => (service === "ecr" ? registry.url : identity.url) });
  });
  beforeEach(() => {
    identity.calls.length = 0;
    registry.calls.length = 0;
  });
  after(async () => {
    await gateway.close();
    for (const { server } of [identity, registry]) server.close();
  });

  const signed = (service: string, accessKeyId: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=x`,
    "x-amz-security-token": "session",
  });

  it("sends a temporary key to a base that has not issued it as the account whose key it is", async () => {
    await request(`${endpoint}/?X-Amz-Credential=${key}%2F1`, { headers: signed("ecr", key) });
    const [call] = registry.calls;
    assert.match(call?.authorization ?? "", /Credential=222222222222\/20260101\/eu-west-1\/ecr\//);
    assert.equal(call?.token, undefined);
    assert.equal(call?.path, "/?X-Amz-Credential=222222222222%2F1");
  });

  it("leaves it as it is for the base that has issued it, and an account's key for every base", async () => {
    await request(endpoint, { headers: signed("s3", key) });
    assert.match(identity.calls.at(-1)?.authorization ?? "", new RegExp(`Credential=${key}/`));
    assert.equal(identity.calls.at(-1)?.token, "session");
    await request(endpoint, { headers: signed("ecr", "111111111111") });
    assert.match(registry.calls.at(-1)?.authorization ?? "", /Credential=111111111111\//);
    assert.equal(registry.calls.at(-1)?.token, "session");
  });

  it("asks the base that has issued it who a key is", async () => {
    const sts = new STSClient({
      endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: key, secretAccessKey: "x" },
    });
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, "222222222222");
    sts.destroy();
  });
});
