import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as ec2 from "@aws-sdk/client-ec2";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { type LocalAws, startLocalAws } from "../../local-aws/local-aws";
import { root, venv } from "../../checkout";
import { provisionDirect } from "../direct";
import { Session } from "../direct/session";
import { compareInventories, formatDifferences, type Inventory, takeInventory, withoutDefaults } from ".";

const owner = { account: "111111111111", region: "us-east-1" };

describe("Inventory of a local AWS", function () {
  this.timeout(60_000);
  const clouds: LocalAws[] = [];
  let keepFolder: string;
  let fresh: Inventory;
  let first: Inventory;
  let second: Inventory;

  const endpoint = (cloud: LocalAws | undefined) => cloud?.aws.endpoint ?? "";

  before(async () => {
    keepFolder = await mkdtemp(path.join(os.tmpdir(), "greenroom-inventory-"));
    const start = () =>
      startLocalAws({
        speed: 200,
        port: 0,
        venv,
        containers: "process",
        keepFolder,
        warn: (message) => console.error(message),
      });
    // One after the other, so that both are closed when only one comes up.
    for (let i = 0; i < 2; i++) clouds.push(await start());
    fresh = await takeInventory(endpoint(clouds[0]), owner);
    const up = async (cloud: LocalAws) => {
      const where = { endpoint: endpoint(cloud), account: owner.account };
      await provisionDirect({ stack: "staging", programFolder: root, ...where, log: () => undefined });
      return takeInventory(endpoint(cloud), owner);
    };
    [first = [], second = []] = await Promise.all(clouds.map(up));
  });

  after(async () => {
    for (const cloud of clouds) await cloud.close();
    await rm(keepFolder, { recursive: true, force: true });
  });

  it("is the same for a stack that was brought up twice, without a reason", () => {
    const differences = compareInventories(first, second);
    assert.equal(formatDifferences(differences, ["the first", "the second"]), "");
  });

  it("has what the stack is made of, and no more than that without the defaults", () => {
    const own = withoutDefaults(first, fresh);
    const names = (kind: string) => own.filter((one) => one.kind === kind).map(({ name }) => name);
    // The program may have more services.
    const its = (kind: string) => names(kind).filter((name) => name.includes("trivia-api"));
    assert.deepEqual(names("VPC"), ["staging-vpc"]);
    assert.deepEqual(names("subnet").length, 4);
    assert.deepEqual(its("listener"), ["gr-staging-trivia-api:80", "gr-staging-trivia-api:9002"]);
    assert.deepEqual(its("target group"), ["gr-staging-trivia-api-blue", "gr-staging-trivia-api-green"]);
    assert.deepEqual(its("deployment configuration"), [
      "greenroom-staging-trivia-api-canary-50-percent-1-minutes",
    ]);
    assert.deepEqual(its("function"), [
      "greenroom-staging-trivia-api-hook",
      "greenroom-staging-trivia-api-promote",
    ]);
    assert.deepEqual(its("task set"), ["greenroom-staging/trivia-api PRIMARY"]);
    assert.deepEqual(its("object"), [
      "greenroom-staging-trivia-api-artifacts-111111111111-us-east-1/templates/trivia-api.zip",
    ]);
    const others = "alarm,application,bucket,build project,cluster,deployment group,elastic IP,event rule";
    const more = "event target,load balancer,log group,NAT gateway,pipeline,repository,role,role policy";
    for (const kind of [
      ...others.split(","),
      ...more.split(","),
      "route table",
      "security group",
      "service",
    ]) {
      assert.notDeepEqual(names(kind), [], kind);
    }
  });

  it("has no generated id of this time", () => {
    const text = JSON.stringify(first.map(({ kind, name, attributes }) => [kind, name, attributes]));
    const generated = /\b[a-z]+-[0-9a-f]{17}\b|\/[0-9a-z]{16}\b|127\.0\.0\.1:\d+/;
    assert.equal(generated.exec(text)?.[0], undefined);
  });

  it("finds what was changed afterwards", async () => {
    const aws = new Session(endpoint(clouds[1]), owner.account, owner.region);
    const elbs = aws.client(elb.ElasticLoadBalancingV2Client);
    const idOf = (kind: string, name: string) => {
      const found = second.find((one) => one.kind === kind && one.name === name);
      assert.ok(found, `${kind} ${name}`);
      return found.id;
    };
    const blue = idOf("target group", "gr-staging-trivia-api-blue");
    const bucket = "greenroom-staging-trivia-api-artifacts-111111111111-us-east-1";
    const role = "greenroom-staging-trivia-api-pipeline";
    const listener = "gr-staging-trivia-api:9002";
    try {
      await elbs.send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: blue,
          Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "31" }],
        }),
      );
      await elbs.send(
        new elb.ModifyListenerCommand({
          ListenerArn: idOf("listener", listener),
          DefaultActions: [{ Type: "forward", TargetGroupArn: blue }],
        }),
      );
      await aws.client(s3.S3Client).send(new s3.DeleteBucketPolicyCommand({ Bucket: bucket }));
      const Tags = [{ Key: "added", Value: "yes" }];
      const Resources = [idOf("VPC", "staging-vpc")];
      await aws.client(ec2.EC2Client).send(new ec2.CreateTagsCommand({ Resources, Tags }));
      await aws.client(s3.S3Client).send(new s3.CreateBucketCommand({ Bucket: "one-more" }));
      const policy = { RoleName: role, PolicyName: "permissions" };
      await aws.client(iam.IAMClient).send(new iam.DeleteRolePolicyCommand(policy));
    } finally {
      aws.close();
    }
    const changed = await takeInventory(endpoint(clouds[1]), owner);
    const differences = compareInventories(second, changed);
    const found = differences.map(({ kind, name, path }) => `${kind} ${name} ${path}`);
    const [green, nowBlue] = [
      "<target group:gr-staging-trivia-api-green>",
      "<target group:gr-staging-trivia-api-blue>",
    ];
    assert.deepEqual(found, [
      "VPC staging-vpc Tags.added",
      `bucket ${bucket} Policy`,
      "bucket one-more (the resource)",
      `listener ${listener} DefaultActions[0].ForwardConfig.TargetGroups.${nowBlue}`,
      `listener ${listener} DefaultActions[0].ForwardConfig.TargetGroups.${green}`,
      `listener ${listener} DefaultActions[0].TargetGroupArn`,
      `role policy ${role}/permissions (the resource)`,
      "target group gr-staging-trivia-api-blue Attributes.deregistration_delay.timeout_seconds",
      "target group gr-staging-trivia-api-green LoadBalancerArns",
    ]);
  });
});
