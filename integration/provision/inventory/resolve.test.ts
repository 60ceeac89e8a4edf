import assert from "node:assert/strict";
import { compareInventories } from "./compare";
import { withoutDefaults } from "./defaults";
import { resolve } from "./resolve";
import type { Found } from "./resource";

const group = (name: string, id: string): Found => ({
  kind: "target group",
  name,
  ids: [`arn:aws:elb:us-east-1:1:targetgroup/${name}/${id}`, `targetgroup/${name}/${id}`],
  attributes: {},
});

/** The blue and the green target group and two listeners, with ids of this time. */
function balancer(n: number, test: "blue" | "green" = "green"): Found[] {
  const arn = (name: string) => `arn:aws:elb:us-east-1:1:targetgroup/${name}/${name}${n}`;
  const listener = (port: number, target: string): Found => ({
    kind: "listener",
    name: `lb:${port}`,
    ids: [`arn:listener/${port}/${n}`],
    attributes: { TargetGroupArn: arn(target), Weights: { [arn(target)]: 1 } },
  });
  return [group("blue", `blue${n}`), group("green", `green${n}`), listener(80, "blue"), listener(9002, test)];
}

const attributesOf = (found: Found[], kind: string) =>
  resolve(found)
    .filter((one) => one.kind === kind)
    .map(({ name, attributes }) => [name, attributes]);

describe("Inventory", () => {
  it("says which resource an id is of, in values and as a member's name", () => {
    assert.deepEqual(attributesOf(balancer(1), "listener"), [
      ["lb:80", { TargetGroupArn: "<target group:blue>", Weights: { "<target group:blue>": 1 } }],
      ["lb:9002", { TargetGroupArn: "<target group:green>", Weights: { "<target group:green>": 1 } }],
    ]);
  });

  it("compares with another one's, and finds a reference to the wrong resource", () => {
    const differences = compareInventories(resolve(balancer(1)), resolve(balancer(2)));
    assert.deepEqual(differences, []);
    const wrong = compareInventories(resolve(balancer(1)), resolve(balancer(2, "blue")));
    assert.deepEqual(wrong[0], {
      kind: "listener",
      name: "lb:9002",
      path: "TargetGroupArn",
      a: "<target group:green>",
      b: "<target group:blue>",
    });
    assert.deepEqual(
      wrong.map(({ path }) => path),
      ["TargetGroupArn", "Weights.<target group:blue>", "Weights.<target group:green>"],
    );
  });

  it("leaves an id of nothing that is there as it is", () => {
    const [listener] = attributesOf(balancer(1).slice(2), "listener");
    assert.match(JSON.stringify(listener), /targetgroup\/blue\/blue1/);
  });

  it("finds ids inside texts, the longest first, and not inside words", () => {
    const found: Found[] = [
      { kind: "address", name: "nat", ids: ["52.0.0.1"], attributes: {} },
      { kind: "VPC", name: "main", ids: ["vpc-1"], attributes: {} },
      { kind: "VPC", name: "other", ids: ["vpc-12"], attributes: {} },
      { kind: "listener", name: "lb:80", ids: ["app/lb/1/2"], attributes: {} },
      { kind: "load balancer", name: "lb", ids: ["app/lb/1"], attributes: {} },
      {
        kind: "rule",
        name: "r",
        attributes: { a: "52.0.0.1/32", b: "vpc-12", c: "152.0.0.1", d: "x/vpc-1:y" },
      },
      { kind: "rule", name: "s", attributes: { all: "rule/app/lb/1/2/*", balancer: "rule/app/lb/1/3" } },
    ];
    assert.deepEqual(attributesOf(found, "rule"), [
      ["r", { a: "<address:nat>/32", b: "<VPC:other>", c: "152.0.0.1", d: "x/<VPC:main>:y" }],
      ["s", { all: "rule/<listener:lb:80>/*", balancer: "rule/<load balancer:lb>/3" }],
    ]);
  });

  it("takes Pulumi's random ends off names, and knows the names by them", () => {
    const found: Found[] = [
      { kind: "bucket", name: "logs-1a2b3c4", attributes: {} },
      { kind: "object", name: "logs-1a2b3c4/a-key", attributes: {} },
      {
        kind: "role",
        name: "reader",
        attributes: { Policy: '{"Resource": ["arn:aws:s3:::logs-1a2b3c4/*"]}' },
      },
      { kind: "target", name: "rule/terraform-20251123235714000100000001", attributes: {} },
    ];
    assert.deepEqual(
      resolve(found).map(({ kind, name, id, attributes }) => [kind, name, id, attributes]),
      [
        ["bucket", "logs", "logs-1a2b3c4", {}],
        ["object", "logs/a-key", "logs-1a2b3c4/a-key", {}],
        ["role", "reader", "reader", { Policy: { Resource: ["arn:aws:s3:::<bucket:logs>/*"] } }],
        ["target", "rule/terraform", "rule/terraform-20251123235714000100000001", {}],
      ],
    );
  });

  it("names by the names of others", () => {
    const found: Found[] = [
      { kind: "VPC", name: "main-vpc", ids: ["vpc-0a"], attributes: {} },
      { kind: "route table", name: "main of vpc-0a", ids: ["rtb-1"], attributes: {} },
      { kind: "VPC", name: "vpc-0b", ids: ["vpc-0b"], attributes: {} },
    ];
    assert.deepEqual(
      resolve(found).map(({ name }) => name),
      ["main-vpc", "vpc-0b", "main of main-vpc"],
    );
  });

  it("numbers what has no name of its own by what it is and who refers to it", () => {
    const address = (id: string, zone = "a"): Found => ({
      kind: "address",
      name: "unnamed",
      ids: [id],
      attributes: { zone },
    });
    const gateway = (name: string, of: string): Found => ({
      kind: "gateway",
      name,
      attributes: { address: of },
    });
    const first = [address("e1"), address("e2"), gateway("nat-1", "e1"), gateway("nat-2", "e2")];
    const second = [address("e1"), address("e2"), gateway("nat-1", "e2"), gateway("nat-2", "e1")];
    const nat1 = {
      kind: "gateway",
      name: "nat-1",
      id: "nat-1",
      attributes: { address: "<address:unnamed #1>" },
    };
    assert.deepEqual(resolve(first)[2], nat1);
    assert.deepEqual(compareInventories(resolve(first), resolve(second)), []);
    const other = [address("e1", "b"), address("e2"), gateway("nat-1", "e1"), gateway("nat-2", "e2")];
    assert.notDeepEqual(compareInventories(resolve(first), resolve(other)), []);
  });

  it("does without order where AWS does, and only there", () => {
    const found = (sets: string[], list: string[]): Found[] => [
      { kind: "service", name: "s", attributes: { subnets: new Set(sets), stages: list } },
    ];
    const paths = (a: Found[], b: Found[]) =>
      compareInventories(resolve(a), resolve(b)).map(({ path }) => path);
    assert.deepEqual(paths(found(["x", "y"], ["1", "2"]), found(["y", "x"], ["1", "2"])), []);
    assert.deepEqual(paths(found(["x"], ["1", "2"]), found(["x"], ["2", "1"])), ["stages[0]", "stages[1]"]);
    assert.deepEqual(paths(found(["x", "y"], []), found(["x", "z"], [])), ["subnets.y", "subnets.z"]);
  });

  it("takes times, absent values, empty lists and the writing of JSON out, and no more", () => {
    const [[, attributes] = []] = attributesOf(
      [
        {
          kind: "k",
          name: "n",
          attributes: {
            created: new Date(),
            none: undefined,
            empty: [],
            emptySet: new Set(),
            on: {},
            text: "",
            policy: '{ "b": 1,\n "a": [ "x", {} ] }',
            notJson: "{x",
            objects: new Set([{ b: 1, a: new Date() }]),
          },
        },
      ],
      "k",
    );
    assert.deepEqual(attributes, {
      created: "<time>",
      notJson: "{x",
      objects: { '{"a":"<time>","b":1}': true },
      on: {},
      policy: { a: ["x", {}], b: 1 },
      text: "",
    });
  });

  it("writes other words for texts of one local AWS", () => {
    const found: Found[] = [{ kind: "k", name: "n", attributes: { url: "http://127.0.0.1:4566/x" } }];
    assert.deepEqual(resolve(found, { "127.0.0.1:4566": "<local AWS>" })[0]?.attributes, {
      url: "http://<local AWS>/x",
    });
  });
});

describe("What a fresh local AWS holds", () => {
  const vpc = (id: string, tags = {}): Found => ({
    kind: "VPC",
    name: "default",
    ids: [id],
    attributes: { cidr: "172.31.0.0/16", tags },
  });
  const subnet = (id: string, of: string): Found => ({ kind: "subnet", name: id, attributes: { vpc: of } });

  it("is left out, whatever its ids, and still named by others", () => {
    const left = withoutDefaults(resolve([vpc("vpc-2"), subnet("own", "vpc-2")]), resolve([vpc("vpc-1")]));
    assert.deepEqual(left, [
      { kind: "subnet", name: "own", id: "own", attributes: { vpc: "<VPC:default>" } },
    ]);
  });

  it("is left out, whatever the order of a set", () => {
    const group = (...rules: string[]): Found => ({
      kind: "group",
      name: "default",
      attributes: { rules: new Set(rules) },
    });
    assert.deepEqual(withoutDefaults(resolve([group("a", "b")]), resolve([group("b", "a")])), []);
  });

  it("stays when it was changed", () => {
    const left = withoutDefaults(resolve([vpc("vpc-2", { a: "1" })]), resolve([vpc("vpc-1")]));
    assert.deepEqual(
      left.map(({ name }) => name),
      ["default"],
    );
  });
});
