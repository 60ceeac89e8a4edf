import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { messagesAbout } from "./testing";
import { tls } from "./tls";

describe("TLS", () => {
  const deny = {
    Effect: "Deny",
    Principal: "*" as unknown,
    Action: "s3:*",
    Resource: ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
    Condition: { Bool: { "aws:SecureTransport": "false" } } as object,
  };
  const bucket = (change?: Partial<typeof deny>) => () => {
    const made = new aws.s3.Bucket("data", { bucket: "data" });
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: { ...deny, ...change } });
    if (change) new aws.s3.BucketPolicy("data", { bucket: made.bucket, policy });
  };
  const missing = [
    "tls-only-buckets: Bucket data takes requests without TLS. Add an aws.s3.BucketPolicy that denies s3:* to everybody, " +
      "on the bucket and its objects, where aws:SecureTransport is false.",
  ];

  it("is all that a bucket takes", async () => {
    assert.deepEqual(await messagesAbout(tls, bucket({})), []);
    assert.deepEqual(await messagesAbout(tls, bucket({ Principal: { AWS: "*" } })), []);
    assert.deepEqual(await messagesAbout(tls, bucket()), missing);
  });

  for (const [what, change] of Object.entries({
    "does not deny": { Effect: "Allow" },
    "denies one account only": { Principal: { AWS: "arn:aws:iam::111111111111:root" } },
    "denies reading only": { Action: "s3:GetObject" },
    "forgets the objects": { Resource: ["arn:aws:s3:::data"] },
    "forgets the bucket": { Resource: ["arn:aws:s3:::data/*"] },
    "is about another bucket": { Resource: ["arn:aws:s3:::data2", "arn:aws:s3:::data2/*"] },
    "denies TLS instead": { Condition: { Bool: { "aws:SecureTransport": "true" } } },
    "denies on a second condition only": {
      Condition: { ...deny.Condition, StringEquals: { "aws:PrincipalAccount": "111111111111" } },
    },
  }))
    it(`is not enforced by a bucket policy that ${what}`, async () => {
      assert.deepEqual(await messagesAbout(tls, bucket(change)), missing);
    });

  it("is 1.2 at least on listeners", async () => {
    const listener = (protocol: string, sslPolicy?: string) => () =>
      new aws.lb.Listener("customers", {
        loadBalancerArn: "arn",
        protocol,
        sslPolicy,
        defaultActions: [{ type: "forward" }],
      });
    const old = (what: string) => [
      `modern-tls-listeners: Listener customers has ${what}, which allows less than TLS 1.2. Set sslPolicy to ` +
        '"ELBSecurityPolicy-TLS13-1-2-2021-06" or another of TLS 1.2 and newer.',
    ];
    for (const good of ["TLS13-1-2-2021-06", "TLS13-1-3-2021-06", "TLS-1-2-2017-01", "FS-1-2-Res-2020-10"])
      assert.deepEqual(await messagesAbout(tls, listener("HTTPS", `ELBSecurityPolicy-${good}`)), []);
    for (const bad of [
      "2016-08",
      "TLS-1-1-2017-01",
      "FS-2018-06",
      "TLS13-1-1-2021-06",
      "TLS13-1-0-2021-06",
    ]) {
      const name = `ELBSecurityPolicy-${bad}`;
      assert.deepEqual(await messagesAbout(tls, listener("HTTPS", name)), old(name));
    }
    assert.deepEqual(await messagesAbout(tls, listener("TLS")), old("no sslPolicy"));
    assert.deepEqual(await messagesAbout(tls, listener("HTTP")), []);
  });
});
