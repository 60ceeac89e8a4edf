import assert from "node:assert/strict";
import { inputOf, isPath, isTemplate } from "./input";
import { event, ruleArn } from "./testing";

const given = event({
  "detail-type": "EC2 Instance State-change Notification",
  resources: ["arn:one", "arn:two"],
  detail: {
    "instance-id": "i-0123456789",
    state: "RUNNING",
    tags: [{ key: "a" }, { key: "b" }],
    note: 'say "hi"',
    n: 5,
  },
});
const about = { ruleName: "example", ruleArn, receivedAt: new Date("2026-03-01T02:00:01.5Z") };
const InputPathsMap = {
  instance: "$.detail.instance-id",
  state: "$.detail.state",
  detail: "$.detail.tags[0]",
  keys: "$.detail.tags[*].key",
  second: "$.resources[1]",
  note: "$.detail.note",
  n: "$.detail.n",
  absent: "$.detail.nothing.there",
};
const transformed = (InputTemplate: string) =>
  inputOf({ InputTransformer: { InputPathsMap, InputTemplate } }, given, about).input;

// The templates and outputs of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html,
// "minified", and what its list of common issues says.
describe("eventbridge: what a target gets", () => {
  const rows: [string, string, string][] = [
    ["a string", '"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'],
    [
      "escaped quotes",
      '"instance \\"<instance>\\" is in <state>"',
      '"instance \\"i-0123456789\\" is in RUNNING"',
    ],
    [
      "JSON",
      '{\n "instance" : <instance>,\n "state": <state>\n}',
      '{"instance":"i-0123456789","state":"RUNNING"}',
    ],
    [
      "quoted variables in JSON",
      '{"instance": <instance>, "state": "<state>"}',
      '{"instance":"i-0123456789","state":"RUNNING"}',
    ],
    ["lists and numbers", '{"state": [9, <state>, true], "n": <n>}', '{"state":[9,"RUNNING",true],"n":5}'],
    ["a list by a wildcard", '{"keys": <keys>, "second": <second>}', '{"keys":["a","b"],"second":"arn:two"}'],
    ["an object in a string loses its quotes", '"tag <detail>"', '"tag {key:a}"'],
    ["values are not escaped", '"they <note>"', '"they say "hi""'],
    ["values that stand alone are", '{"note": <note>}', '{"note":"say \\"hi\\""}'],
    ["a variable that is not there", '{"a": "x<absent>y"}', '{"a":"xy"}'],
    [
      "reserved variables",
      '{"arn": <aws.events.rule-arn>, "text": "<aws.events.rule-name> at <aws.events.event.ingestion-time>"}',
      `{"arn":"${ruleArn}","text":"example at 2026-03-01T02:00:01Z"}`,
    ],
    ["the event", "<aws.events.event.json>", JSON.stringify(given)],
    ["strings of several lines", '"<instance>"\n"<state>"', '"i-0123456789"\n"RUNNING"'],
  ];
  for (const [what, template, expected] of rows)
    it(what, () => assert.equal(transformed(template), expected));

  it("the event without its detail", () => {
    const { detail: _detail, ...envelope } = given;
    assert.deepEqual(JSON.parse(transformed('{"e": <aws.events.event>}')), { e: envelope });
  });

  it("the event, a constant, or a part of it", () => {
    assert.deepEqual(inputOf({}, given, about), { input: JSON.stringify(given), custom: false });
    assert.deepEqual(inputOf({ Input: '{"a": 1}' }, given, about), { input: '{"a": 1}', custom: true });
    assert.deepEqual(inputOf({ InputPath: "$.detail.state" }, given, about), {
      input: '"RUNNING"',
      custom: true,
    });
  });

  it("templates and paths that AWS does not take are known", () => {
    assert.deepEqual(['{"a": <x>}', '"a <x>"', '"a"\n"b"', "<x>"].map(isTemplate), [true, true, true, true]);
    assert.deepEqual(["a <x> is here", '{"a": <x>', ""].map(isTemplate), [false, false, false]);
    assert.deepEqual(["$", "$.detail.a-b[0]", "$.detail.*", "$['a b']"].map(isPath), [
      true,
      true,
      true,
      true,
    ]);
    assert.deepEqual(["detail", "$detail", "$..a", "$.a[?(@.b)]"].map(isPath), [false, false, false, false]);
  });
});
