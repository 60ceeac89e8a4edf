import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { BaseError } from "./base";
import { healthOf, parseHealth } from "./health";
import { expectMiniStack, miniStackVersion } from "./ministack";

const answer = (services: Record<string, string>, more = {}) =>
  JSON.stringify({ version: "4.9.2", edition: "community", services, ...more });

describe("the health of a base", () => {
  it("tells what is offered by the name that calls are signed with", () => {
    const health = parseHealth(
      answer({
        s3: "running",
        iam: "available",
        kms: "initialized",
        sqs: "starting",
        ecr: "disabled",
        sns: "error",
        cloudwatch: "running",
        elbv2: "available",
        ssm: "something new",
      }),
    );
    assert.deepEqual([...health.services].sort(), [
      "elasticloadbalancing",
      "iam",
      "kms",
      "monitoring",
      "s3",
      "sqs",
    ]);
    assert.deepEqual(health.broken, ["sns"]);
    assert.equal(health.product, "LocalStack");
    assert.equal(health.version, "4.9.2");
  });

  it("knows MiniStack by what only MiniStack says", () => {
    assert.equal(parseHealth(answer({}, { auth: "disabled" })).product, "MiniStack");
  });

  it("says what is wrong with an answer", () => {
    assert.throws(() => parseHealth("<html>hello</html>"), /no JSON: "<html>hello<\/html>"/);
    assert.throws(() => parseHealth(`{"services":{}}`), /without its version and services/);
    assert.throws(() => parseHealth(`{"version":"1","services":["s3"]}`), BaseError);
    assert.throws(
      () => parseHealth("x".repeat(5000)),
      (error: Error) => error.message.length < 300,
    );
  });

  it("wants the MiniStack that the local AWS is written for", () => {
    const health = (product: "MiniStack" | "LocalStack", version: string) =>
      expectMiniStack({ product, version, services: new Set(["s3"]), broken: [] }, "the image x");
    assert.equal(health("MiniStack", miniStackVersion()).name, `MiniStack ${miniStackVersion()}`);
    assert.equal(health("MiniStack", `v${miniStackVersion()}`).product, "MiniStack");
    assert.throws(() => health("MiniStack", "0.1"), /the image x has MiniStack 0\.1, but MiniStack \d/);
    assert.throws(() => health("LocalStack", miniStackVersion()), BaseError);
  });

  describe("over HTTP", () => {
    let handler: http.RequestListener;
    const server = http.createServer((request, response) => handler(request, response));
    let url: string;
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => void server.close());
    const ask = (limitMs = 300) => healthOf(url, { name: "the base (X)", limitMs, hint: "its log is Y" });

    it("waits until it is healthy", async () => {
      let asked = 0;
      handler = (_request, response) =>
        ++asked < 3 ? response.writeHead(503).end() : response.end(answer({ s3: "running" }));
      assert.deepEqual([...(await ask(2000)).services], ["s3"]);
      assert.equal(asked, 3);
    });

    it("gives up on one that does not become healthy", async () => {
      handler = (_request, response) => response.writeHead(500).end("no disk");
      await assert.rejects(ask(), {
        name: "BaseError",
        message: `the base (X) is not healthy at ${url} after 0.3 seconds: it answers with status 500: "no disk"; its log is Y`,
      });
    });

    it("does not wait for what is no base", async () => {
      handler = (_request, response) => response.end("<title>router</title>");
      await assert.rejects(
        ask(60_000),
        /the base \(X\) answered its health check with no JSON: .*; its log is Y/,
      );
    });

    it("says that nothing is there", async () => {
      const gone = "http://127.0.0.1:1";
      await assert.rejects(
        healthOf(gone, { name: "the base", limitMs: 100, hint: "start it" }),
        /the base is not healthy at http:\/\/127\.0\.0\.1:1 after 0\.1 seconds: .*(ECONNREFUSED|bad port).*; start it/,
      );
    });
  });
});
