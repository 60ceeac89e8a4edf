import assert from "node:assert/strict";
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { Deck } from "./deck";
import { conditionOf, type RequestFacts } from "./rules";

const request = (facts: Partial<RequestFacts>): RequestFacts => ({
  method: "GET",
  host: "shop.example.com",
  path: "/api/trivia/1",
  query: "",
  header: () => undefined,
  sourceIp: "127.0.0.1",
  ...facts,
});

function matches(condition: RuleCondition, facts: Partial<RequestFacts>): boolean {
  const known = conditionOf(condition);
  assert.ok(known, `no condition ${condition.Field}`);
  return known(request(facts));
}

describe("rule conditions", () => {
  const cases: [string, RuleCondition, Partial<RequestFacts>, boolean][] = [
    ["host, any case", { Field: "host-header", Values: ["*.EXAMPLE.com"] }, {}, true],
    [
      "host, a dot is a dot",
      { Field: "host-header", Values: ["shop.example?com"] },
      { host: "shop.exampleXcom" },
      true,
    ],
    [
      "another host",
      { Field: "host-header", Values: ["shop.example.com"] },
      { host: "shopXexample.com" },
      false,
    ],
    ["path", { Field: "path-pattern", PathPatternConfig: { Values: ["/x", "/api/*"] } }, {}, true],
    ["path, case-sensitive", { Field: "path-pattern", Values: ["/API/*"] }, {}, false],
    [
      "path, one character",
      { Field: "path-pattern", Values: ["/api/trivia/?"] },
      { path: "/api/trivia/12" },
      false,
    ],
    ["path, escaped star", { Field: "path-pattern", Values: ["/a\\*"] }, { path: "/ab" }, false],
    [
      "header",
      { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "X-Beta", Values: ["Y*"] } },
      { header: (name) => (name === "x-beta" ? "yes" : undefined) },
      true,
    ],
    [
      "absent header",
      { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "a", Values: ["*"] } },
      {},
      false,
    ],
    [
      "method",
      { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["PUT", "GET"] } },
      {},
      true,
    ],
    ["method, exact", { Field: "http-request-method", Values: ["get"] }, {}, false],
    [
      "query, key and value",
      { Field: "query-string", QueryStringConfig: { Values: [{ Key: "Version", Value: "v*" }] } },
      { query: "a=b&version=v2" },
      true,
    ],
    [
      "query, value of any key",
      { Field: "query-string", QueryStringConfig: { Values: [{ Value: "v1" }, { Value: "v2" }] } },
      { query: "x=v2" },
      true,
    ],
    [
      "query, another value",
      { Field: "query-string", QueryStringConfig: { Values: [{ Key: "a", Value: "1" }] } },
      { query: "a=2" },
      false,
    ],
    ["source", { Field: "source-ip", SourceIpConfig: { Values: ["10.0.0.0/8", "127.0.0.0/8"] } }, {}, true],
    ["another source", { Field: "source-ip", SourceIpConfig: { Values: ["10.0.0.0/8"] } }, {}, false],
  ];
  for (const [name, condition, facts, expected] of cases) {
    it(name, () => assert.equal(matches(condition, facts), expected));
  }

  it("knows no other field", () => assert.equal(conditionOf({ Field: "moon-phase" }), undefined));
});

describe("deck", () => {
  const draw = (deck: Deck<string>, count: number) => Array.from({ length: count }, () => deck.draw());

  for (const [canary, of, expected] of [
    [10, 1000, 100],
    [5, 1000, 50],
    [1, 1000, 10],
    [50, 1000, 500],
    [33, 100, 33],
  ] as const) {
    it(`gives a canary of ${canary} % ${expected} of ${of} requests`, () => {
      const deck = new Deck([
        { value: "blue", weight: 100 - canary },
        { value: "green", weight: canary },
      ]);
      assert.equal(draw(deck, of).filter((value) => value === "green").length, expected);
    });
  }

  it("does not fall in with a rhythm of its clients", () => {
    const drawn = draw(
      new Deck([
        { value: "blue", weight: 90 },
        { value: "green", weight: 10 },
      ]),
      1000,
    );
    const odd = drawn.filter((value, i) => value === "green" && i % 2 === 1).length;
    assert.ok(odd > 30 && odd < 70, `${odd} of 100 fell on every second request`);
  });

  it("never deals what weighs 0", () => {
    assert.deepEqual(
      new Set(
        draw(
          new Deck([
            { value: "a", weight: 0 },
            { value: "b", weight: 7 },
          ]),
          50,
        ),
      ),
      new Set(["b"]),
    );
    assert.equal(new Deck([{ value: "a", weight: 0 }]).draw(), undefined);
  });
});
