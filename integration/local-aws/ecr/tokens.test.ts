import assert from "node:assert/strict";
import http from "node:http";
import { isForRegistry, registryFront } from "./front";
import { RegistryTokens } from "./tokens";

const tenant = { account: "111111111111", region: "eu-west-1" };
const basic = (password: string, user = "AWS") =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

describe("registry tokens", () => {
  it("say whose they are, for twelve hours", () => {
    let now = 0;
    const tokens = new RegistryTokens(() => now);
    const { password, expiresAt } = tokens.issue(tenant);
    assert.equal(expiresAt.getTime(), 12 * 3600 * 1000);
    assert.deepEqual(tokens.read(basic(password)), tenant);
    now = 12 * 3600 * 1000 + 1;
    assert.equal(tokens.read(basic(password)), "expired");
  });

  it("cannot be made up, changed, or brought from another local AWS", () => {
    const tokens = new RegistryTokens();
    const { password } = tokens.issue(tenant);
    const [, signature] = password.split(".");
    const other = Buffer.from(JSON.stringify({ ...tenant, account: "222222222222", expires: 1e15 }));
    for (const wrong of [
      basic("secret"),
      basic(password, "root"),
      basic(`${other.toString("base64url")}.${signature}`),
      basic(new RegistryTokens().issue(tenant).password),
      `Bearer ${password}`,
      "",
    ]) {
      assert.equal(tokens.read(wrong), "invalid", wrong);
    }
  });
});

describe("what is for a registry", () => {
  const asks = (host: string, url: string, authorization?: string) =>
    isForRegistry(host, { url, headers: { authorization } } as http.IncomingMessage);

  it("is what names one, or comes unsigned to the gateway's address as Docker asks", () => {
    assert.equal(asks("111111111111.dkr.ecr.eu-west-1.amazonaws.com", "/v2/web/tags/list"), true);
    assert.equal(asks("127.0.0.1:4566", "/v2/"), true);
    assert.equal(asks("localhost:4566", "/v2/web/manifests/1", basic("x")), true);
    assert.equal(asks("127.0.0.1:4566", "/v2/email/identities", "AWS4-HMAC-SHA256 Credential=x"), false);
    assert.equal(asks("127.0.0.1:4566", "/v2/x?X-Amz-Credential=x"), false);
    assert.equal(asks("id.execute-api.localhost:4566", "/v2/items"), false);
    assert.equal(asks("127.0.0.1:4566", "/v2folder/key"), false);
  });
});

describe("before the registry", () => {
  const tokens = new RegistryTokens();
  const passed: string[] = [];
  const passOn = (request: http.IncomingMessage, response: http.ServerResponse) => {
    passed.push(`${request.method} ${request.headers.host} ${request.url} ${request.headers.authorization}`);
    response.end();
    return Promise.resolve();
  };
  const front = registryFront(tokens, "greenroom/8f3c");
  const server = http.createServer(
    (request, response) => void front(request, response, () => passOn(request, response)),
  );
  let address = "";
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  after(() => void server.close());

  it("asks for credentials", async () => {
    const answer = await fetch(`${address}/v2/`);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic realm=/);
  });

  it("puts the token's registry in the place of the address, and the repository's own name for the runtime's", async () => {
    const headers = { authorization: basic(tokens.issue(tenant).password) };
    const host = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    assert.equal((await fetch(`${address}/v2/team/web/manifests/1`, { headers })).status, 200);
    await fetch(`${address}/v2/greenroom/8f3c/team/web/blobs/sha256:1`, { headers });
    // A repository may begin like that itself.
    await fetch(`${address}/v2/greenroom/8f3d/web/manifests/1`, { headers });
    assert.deepEqual(passed, [
      `GET ${host} /v2/team/web/manifests/1 undefined`,
      `GET ${host} /v2/team/web/blobs/sha256:1 undefined`,
      `GET ${host} /v2/greenroom/8f3d/web/manifests/1 undefined`,
    ]);
  });
});
