import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { fromAccessLog, fromHar, type Traffic } from ".";
import { pathTemplate } from "./label";
import { audiencesOf, loadTraffic } from "./load";

const file = "services/shop/rehearsal/traffic.ts";
const read = (traffic: unknown, folder = "/nowhere") => audiencesOf(traffic, file, folder);

describe("a traffic file", () => {
  it("gives each environment its requests, headers and cookies", () => {
    const traffic: Traffic = {
      requests: [
        { path: "/items/17?who=ada" },
        { method: "POST", path: "/cart", body: { item: 1 }, weight: 3, expect: { status: 201 } },
      ],
      headers: { Accept: "application/json" },
      environments: {
        prod: { cookies: { player: "ada", seen: "1" }, headers: { "x-a": "1" } },
        staging: { cookies: "jar" },
      },
    };
    const { staging, prod } = read(traffic);
    assert.deepEqual([staging.jar, prod.jar], [true, false]);
    assert.deepEqual(staging.requests[0], {
      method: "GET",
      path: "/items/17?who=ada",
      weight: 1,
      headers: { accept: "application/json" },
      body: undefined,
      expect: { headers: {} },
      label: "GET /items/{id}",
    });
    assert.deepEqual(prod.requests[1], {
      method: "POST",
      path: "/cart",
      weight: 3,
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "x-a": "1",
        cookie: "player=ada; seen=1",
      },
      body: '{"item":1}',
      expect: { status: 201, headers: {} },
      label: "POST /cart",
    });
  });

  const keys = "{method, path, weight, headers, body, expect, template}";
  const refused: [string, unknown, string][] = [
    [
      "nothing",
      undefined,
      "the default export is missing; allowed is {requests, headers, cookies, environments}",
    ],
    ["no requests", { requests: [] }, "requests is []; allowed is at least one request"],
    [
      "a wrong key",
      { requests: [{ path: "/", wieght: 2 }] },
      `requests.0.wieght is no key; allowed is ${keys}`,
    ],
    [
      "a whole address",
      { requests: [{ path: "http://a/" }] },
      'requests.0.path is "http://a/"; allowed is a path and query that begins with "/"',
    ],
    [
      "a weight of nothing",
      { requests: [{ path: "/", weight: 0 }] },
      "requests.0.weight is 0; allowed is a number above 0",
    ],
    [
      "a wrong status",
      { requests: [{ path: "/", expect: { status: 99 } }] },
      "requests.0.expect.status is 99; allowed is a status from 100 to 599, or a list of them",
    ],
    [
      "a wrong expectation",
      { requests: [{ path: "/", expect: { body: 1 } }] },
      "requests.0.expect.body is no key; allowed is {status, has, json, headers}",
    ],
    [
      "cookies of no kind",
      { requests: [{ path: "/" }], cookies: "all" },
      'cookies is "all"; allowed is {"name": "value"}, or "jar" for clients that keep what they get',
    ],
    [
      "another environment",
      { requests: [{ path: "/" }], environments: { qa: {} } },
      "environments.qa is no key; allowed is {staging, prod}",
    ],
    [
      "an environment's wrong key",
      { requests: [{ path: "/" }], environments: { prod: { rate: 1 } } },
      "environments.prod.rate is no key; allowed is {requests, headers, cookies}",
    ],
  ];
  for (const [what, traffic, message] of refused)
    it(`with ${what} is refused`, () =>
      assert.throws(() => read(traffic), { message: `${file}: ${message}` }));

  it("that is not there is said by name", () =>
    assert.throws(
      () => loadTraffic("/nowhere", "services/shop"),
      /^Error: services\/shop\/rehearsal\/traffic\.ts is missing/,
    ));

  it("is there for each service of this repository", () => {
    const { prod } = loadTraffic(path.join(__dirname, "../../.."), "services/trivia-api");
    assert.ok(prod.requests.every(({ headers }) => headers?.["cookie"] === "player=ada"));
  });
});

describe("a source of requests", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-traffic-"))));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string | Buffer) => writeFileSync(path.join(folder, name), content);

  const line = (status: number, request: string, type = "https") =>
    `${type} 2026-11-27T10:00:00.000000Z app/shop/50dc6c495c0c9188 203.0.113.7:2817 10.0.0.1:80 0.000 0.001 0.000 ` +
    `${status} ${status} 34 366 "${request}" "Mozilla/5.0 (\\x22Ada\\x22)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 ` +
    `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" ` +
    `"shop.example.com" "-" 0 2026-11-27T09:59:59.999000Z "forward" "-" "-" "10.0.0.1:80" "${status}" "-" "-" TID_1234`;
  const url = "https://shop.example.com:443";

  it("may be an access log of the load balancer, plain or packed", () => {
    const log = [
      line(200, `GET ${url}/items/17?token=secret HTTP/1.1`),
      line(200, `GET ${url}/ HTTP/2.0`, "h2"),
      line(304, `GET ${url}/ HTTP/2.0`, "h2"),
      line(200, `GET ${url}/ HTTP/2.0`, "h2"),
      line(500, `GET ${url}/broken HTTP/1.1`),
      line(201, `POST ${url}/cart HTTP/1.1`),
      line(400, "- http://shop.example.com:80- -", "http"),
      "",
    ].join("\n");
    write("log", log);
    write("log.gz", gzipSync(log));
    for (const name of ["log", "log.gz"]) {
      const requests = fromAccessLog(name, { paths: ["/", "/items/{id}"] })(folder);
      assert.deepEqual(
        requests.map(({ method, path: at, weight, template, expect }) => [
          method,
          at,
          weight,
          template,
          expect?.status,
        ]),
        [
          ["GET", "/", 3, "/", [200, 304]],
          ["GET", "/items/17?token=secret", 1, "/items/{id}", [200]],
        ],
      );
    }
    assert.equal(fromAccessLog("log", { paths: ["/items/{id}"] })(folder).length, 1);
    assert.throws(() => fromAccessLog("log", { host: "other.example.com", paths: ["/"] })(folder), {
      message: "log has no request that went well of other.example.com and of /; 5 others",
    });
  });

  it("may be an HTTP archive, of which only what says how to answer is kept", () => {
    const entry = (method: string, at: string, status: number, text?: string) => ({
      request: {
        method,
        url: `https://shop.example.com${at}`,
        headers: ["Cookie", "Authorization", "User-Agent", "Content-Type", "Accept"].map((name) => ({
          name,
          value: `my ${name}`,
        })),
        ...(text === undefined ? {} : { postData: { mimeType: "application/json", text } }),
      },
      response: { status },
    });
    write(
      "shop.har",
      JSON.stringify({
        log: { entries: [entry("POST", "/cart", 201, '{"item":1}'), entry("GET", "/gone", 410)] },
      }),
    );
    assert.deepEqual(fromHar("shop.har", { paths: ["/cart"] })(folder), [
      {
        method: "POST",
        path: "/cart",
        weight: 1,
        headers: { "content-type": "my Content-Type", accept: "my Accept" },
        body: '{"item":1}',
        template: "/cart",
        expect: { status: [201] },
      },
    ]);
    const { prod } = read({ requests: [fromHar("shop.har", { paths: ["/cart"] }), { path: "/" }] }, folder);
    assert.deepEqual(
      prod.requests.map(({ label }) => label),
      ["POST /cart", "GET /"],
    );
  });

  it("that cannot be one is refused with both files' names", () => {
    write("nonsense", "a\nb\n");
    const message = (source: unknown) => {
      try {
        read({ requests: [source] }, folder);
      } catch (error) {
        return (error as Error).message;
      }
      return "it was taken";
    };
    assert.equal(
      message(fromAccessLog("nonsense", { paths: ["/"] })),
      `${file}: nonsense is no access log of an Application Load Balancer: no line of it is an entry`,
    );
    assert.equal(
      message(fromHar("nonsense", { paths: ["/"] })),
      `${file}: nonsense is no HTTP archive: it is not JSON`,
    );
    assert.match(
      message(fromHar("missing", { paths: ["/"] })),
      /traffic\.ts: missing cannot be read: ENOENT/,
    );
    write("empty.har", "{}");
    assert.match(message(fromHar("empty.har", { paths: ["/"] })), /empty\.har is no HTTP archive: log: /);
    const badly = fromHar as unknown as (file: string, options?: unknown) => unknown;
    const named =
      ': its "paths" have to be a list of those to take, as a report may show them: ["/", "/players/{name}"]';
    for (const options of [undefined, {}, { paths: [] }, { paths: [1] }])
      assert.equal(message(badly("empty.har", options)), `${file}: empty.har${named}`);
    const other = message(badly("empty.har", { paths: ["/"], hosts: "a" }));
    assert.equal(other, `${file}: empty.har: its options are host and paths`);
  });
});

describe("a path in a report", () => {
  const cases = [
    ["/items/17?q=ada", "/items/{id}"],
    ["/users/ada@example.com/cart", "/users/{id}/cart"],
    ["/o/58337262-36d2-28ad-5d99-923122bbe354", "/o/{id}"],
    ["/reset/eyJhbGciOiJIUzI1NiJ9", "/reset/{id}"],
    ["/api/trivia/all", "/api/trivia/all"],
    ["/", "/"],
  ];
  for (const [at = "", shown] of cases) it(`${at} is ${shown}`, () => assert.equal(pathTemplate(at), shown));
});
