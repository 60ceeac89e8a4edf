import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { answeringVersions } from "./answering";

describe("who answers", () => {
  async function asked(answer: http.RequestListener, path = "/") {
    const server = http.createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const request = { method: "GET", path, weight: 1, headers: {}, expect: {}, label: "GET /" } as const;
    try {
      return [...(await answeringVersions(origin, { requests: [request], jar: false }))];
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it("is told by each answer, with how often", async () => {
    let count = 0;
    const seen = await asked((_, response) =>
      response.writeHead(200, { "x-service-version": count++ % 4 === 0 ? "b" : "a" }).end(),
    );
    assert.deepEqual(seen, [
      ["b", 5],
      ["a", 15],
    ]);
  });

  it("is told by a redirect, which is not followed", async () => {
    const headers = { "x-service-version": "a", location: "https://example.com/" };
    assert.deepEqual(await asked((_, response) => response.writeHead(302, headers).end(), "/docs"), [
      ["a", 20],
    ]);
  });

  it("is nobody where an answer names none", async () =>
    assert.deepEqual(await asked((_, response) => response.end()), [["", 1]]));
});
