import assert from "node:assert/strict";
import { failureOf } from "./failure";
import { letsIn } from "./resource-policy";

const rule = "arn:aws:events:us-east-1:111111111111:rule/release";
const request = {
  service: "events.amazonaws.com",
  action: "sqs:SendMessage",
  sourceArn: rule,
  sourceAccount: "111111111111",
};
const allow = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage" };
const on = (operator: string, key: string, value: unknown) => ({
  ...allow,
  Condition: { [operator]: { [key]: value } },
});

describe("resource policies", () => {
  const rows: [string, object | object[], boolean][] = [
    ["the service is named", allow, true],
    ["everybody is", { ...allow, Principal: "*" }, true],
    [
      "in a list, with wildcards",
      { ...allow, Principal: { Service: ["a", request.service] }, Action: ["SQS:*"] },
      true,
    ],
    ["another service", { ...allow, Principal: { Service: "sns.amazonaws.com" } }, false],
    ["the account is not the service", { ...allow, Principal: { AWS: "111111111111" } }, false],
    ["another action", { ...allow, Action: "sqs:ReceiveMessage" }, false],
    ["a denial wins", [allow, { ...allow, Effect: "Deny" }], false],
    ["the rule", on("ArnEquals", "aws:SourceArn", rule), true],
    ["rules like it", on("ArnLike", "AWS:SourceArn", ["arn:aws:events:*:*:rule/*"]), true],
    ["another rule", on("ArnEquals", "aws:SourceArn", `${rule}2`), false],
    ["a pattern is text to StringEquals", on("StringEquals", "aws:SourceArn", "arn:*"), false],
    ["the account", on("StringEquals", "aws:SourceAccount", "111111111111"), true],
    ["not the account", on("StringNotEquals", "aws:SourceAccount", "111111111111"), false],
    // The default policy of a topic.
    ["what the service does not send", on("StringEquals", "AWS:SourceOwner", "111111111111"), false],
    ["an operator that is not known", on("Bool", "aws:SourceArn", rule), false],
  ];
  for (const [what, Statement, expected] of rows)
    it(what, () => assert.equal(letsIn(JSON.stringify({ Statement }), request), expected));
  it("none at all", () => assert.equal(letsIn(undefined, request), false));
});

describe("failures of a delivery", () => {
  const rows: [string, number | undefined, string, boolean][] = [
    ["ThrottlingException", 400, "THROTTLING", true],
    ["InternalServerError", 500, "ERROR_FROM_TARGET", true],
    ["ECONNREFUSED", undefined, "SDK_CLIENT_ERROR", true],
    ["AccessDeniedException", 400, "NO_PERMISSIONS", false],
    ["PipelineNotFoundException", 400, "NO_RESOURCE", false],
    ["QueueDoesNotExist", 400, "NO_RESOURCE", false],
    ["InvalidInputException", 400, "INVALID_PARAMETER", false],
  ];
  for (const [name, httpStatusCode, code, retriable] of rows)
    it(`${name} ${retriable ? "is" : "is not"} tried again`, () => {
      const failure = failureOf(Object.assign(new Error("m"), { name, $metadata: { httpStatusCode } }));
      assert.deepEqual([failure.code, failure.retriable], [code, retriable]);
    });
});
