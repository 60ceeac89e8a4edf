import assert from "node:assert/strict";
import { callFunction, policyDocument } from "./functions";
import { FakeSession } from "./testing";

describe("functions of the AWS provider", () => {
  it("answer for the stack's account and region", async () => {
    const session = new FakeSession({
      GetCallerIdentity: { Account: "111111111111", Arn: "a", UserId: "u" },
    });
    const identity = await callFunction("aws:index/getCallerIdentity:getCallerIdentity", {}, session);
    assert.deepEqual(identity, { id: "111111111111", accountId: "111111111111", arn: "a", userId: "u" });
    const { region } = await callFunction("aws:index/getRegion:getRegion", {}, session);
    assert.equal(region, "us-east-1");
  });

  it("sort availability zones by name", async () => {
    const session = new FakeSession({
      DescribeAvailabilityZones: { AvailabilityZones: [{ ZoneName: "b" }, { ZoneName: "a" }] },
    });
    const token = "aws:index/getAvailabilityZones:getAvailabilityZones";
    const { names } = await callFunction(token, { state: "available" }, session);
    assert.deepEqual(names, ["a", "b"]);
    await assert.rejects(
      callFunction(token, { allAvailabilityZones: true }, session),
      /the input allAvailabilityZones/,
    );
  });

  it("write policy documents as the provider does", () => {
    const json = policyDocument({
      statements: [
        {
          actions: ["s3:Get", "s3:Put"],
          resources: ["*"],
          principals: [{ type: "Service", identifiers: ["x.amazonaws.com"] }],
          conditions: [{ test: "StringEquals", variable: "k", values: ["v"] }],
        },
      ],
    });
    assert.deepEqual(JSON.parse(json), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["s3:Put", "s3:Get"],
          Resource: "*",
          Principal: { Service: "x.amazonaws.com" },
          Condition: { StringEquals: { k: "v" } },
        },
      ],
    });
  });

  it("that are not known are refused by name", async () => {
    await assert.rejects(callFunction("aws:ec2/getVpc:getVpc", {}, new FakeSession()), {
      message:
        'direct provisioning does not know the function "aws:ec2/getVpc:getVpc": ' +
        "add it to integration/provision/direct/functions.ts",
    });
  });
});
