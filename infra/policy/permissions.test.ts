import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { permissions } from "./permissions";
import { asPreview, messagesAbout, messagesOf, registered } from "./testing";

const document = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const object = "arn:aws:s3:::data/key";

describe("permissions", () => {
  const role = (statement: object) => () =>
    new aws.iam.RolePolicy("reader", { role: "reader", policy: document(statement) });
  const about = (statement: object) => messagesAbout(permissions, role(statement));

  it("name actions and resources", async () => {
    assert.deepEqual(await about({ Action: ["s3:GetObject"], Resource: [object] }), []);
    assert.deepEqual(await about({ Action: "s3:Get*", Resource: "arn:aws:s3:::data/*" }), []);
  });

  it("are not for all actions", async () => {
    const every = (action: string, of: string) =>
      `no-wildcard-permissions: RolePolicy reader allows ${action}, which is every action of ${of}. Name the actions that ` +
      "are needed.";
    assert.deepEqual(await about({ Action: "*", Resource: object }), [every("*", "AWS")]);
    assert.deepEqual(await about({ Action: ["s3:GetObject", "s3:*"], Resource: object }), [
      every("s3:*", "a service"),
    ]);
    assert.deepEqual(await about({ Action: "**", Resource: object }), [every("**", "AWS")]);
    assert.deepEqual(await about({ Action: "*:*", Resource: object }), [every("*:*", "AWS")]);
    assert.deepEqual(await about({ Action: "s3:**", Resource: object }), [every("s3:**", "a service")]);
    assert.deepEqual(await about({ Action: "s3:?*", Resource: object }), [every("s3:?*", "a service")]);
    assert.deepEqual(await about({ NotAction: "iam:*", Resource: object }), [
      "no-wildcard-permissions: RolePolicy reader allows everything but some actions. Name the needed ones with Action " +
        "instead of NotAction.",
    ]);
    assert.deepEqual(await about({ Effect: "Deny", Action: "*", Resource: "*" }), []);
  });

  it("are not for all resources", async () => {
    const on = (actions: string, resource: string) => [
      `no-wildcard-permissions: RolePolicy reader allows ${actions} on ${resource}. Name the ARNs. If AWS has no ` +
        "resource-level permission for an action, put it into a statement of its own and add it with the page that says so " +
        "to infra/policy/actions-without-resources.ts.",
    ];
    assert.deepEqual(await about({ Action: "s3:GetObject", Resource: "*" }), on("s3:GetObject", "*"));
    for (const all of [
      "**",
      "*/*",
      "arn:aws:s3:::*",
      "arn:aws:s3:::*/*",
      "arn:aws:s3:::?*",
      "arn:*:*:*:*:*:*",
    ])
      assert.deepEqual(
        await about({ Action: "s3:GetObject", Resource: [object, all] }),
        on("s3:GetObject", all),
      );
    assert.deepEqual(
      await about({ Action: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"], Resource: "*" }),
      on("ecr:BatchGetImage", "*"),
    );
    assert.deepEqual(await about({ Action: "s3:GetObject", NotResource: object }), [
      "no-wildcard-permissions: RolePolicy reader allows all resources but some. Name the needed ones with Resource instead " +
        "of NotResource.",
    ]);
  });

  it("are for all resources where AWS has no other way", async () => {
    assert.deepEqual(await about({ Action: "ecr:GetAuthorizationToken", Resource: "*" }), []);
    assert.deepEqual(await about({ Action: "ECR:getauthorizationtoken", Resource: ["*"] }), []);
  });

  it("are not for everybody", async () => {
    const trust = (principal: object) => () =>
      new aws.iam.Role("reader", { assumeRolePolicy: document({ Action: "sts:AssumeRole", ...principal }) });
    const everybody = (what: string) => [
      `no-wildcard-permissions: ${what} allows everybody in: its Principal is *. Name the account, role or service.`,
    ];
    const service = { Principal: { Service: "lambda.amazonaws.com" } };
    assert.deepEqual(await messagesAbout(permissions, trust(service)), []);
    for (const Principal of ["*", { AWS: "*" }, { AWS: ["arn:aws:iam::111111111111:root", "*"] }])
      assert.deepEqual(await messagesAbout(permissions, trust({ Principal })), everybody("Role reader"));
    assert.deepEqual(await messagesAbout(permissions, trust({ NotPrincipal: { AWS: "1" } })), [
      "no-wildcard-permissions: Role reader allows everybody but some in. Name the needed ones with Principal instead of " +
        "NotPrincipal.",
    ]);

    const bucket = (Effect: string) => () =>
      new aws.s3.BucketPolicy("data", {
        bucket: "data",
        policy: document({ Effect, Principal: "*", Action: "s3:GetObject", Resource: object }),
      });
    assert.deepEqual(await messagesAbout(permissions, bucket("Deny")), []);
    assert.deepEqual(await messagesAbout(permissions, bucket("Allow")), everybody("BucketPolicy data"));

    const invoke = (principal: string) => () =>
      new aws.lambda.Permission("call", { action: "lambda:InvokeFunction", function: "f", principal });
    assert.deepEqual(await messagesAbout(permissions, invoke("events.amazonaws.com")), []);
    assert.deepEqual(await messagesAbout(permissions, invoke("*")), [
      "no-wildcard-permissions: Permission call allows everybody in: its principal is *. Name the account or service.",
    ]);
  });

  describe("on whatever resource", () => {
    const everything = { Action: "x:*", Principal: "*", Resource: "*" };
    const policy = document(everything);
    const made: Record<string, () => unknown> = {
      Queue: () => new aws.sqs.Queue("it", { policy }),
      Topic: () => new aws.sns.Topic("it", { policy }),
      Bucket: () => new aws.s3.Bucket("it", { policy }),
      Secret: () => new aws.secretsmanager.Secret("it", { policy }),
      Vault: () => new aws.glacier.Vault("it", { accessPolicy: policy }),
      DomainPolicy: () => new aws.opensearch.DomainPolicy("it", { domainName: "d", accessPolicies: policy }),
      LogResourcePolicy: () =>
        new aws.cloudwatch.LogResourcePolicy("it", { policyName: "p", policyDocument: policy }),
      PermissionSetInlinePolicy: () =>
        new aws.ssoadmin.PermissionSetInlinePolicy("it", {
          instanceArn: "i",
          permissionSetArn: "p",
          inlinePolicy: policy,
        }),
      TablePolicy: () =>
        new aws.s3tables.TablePolicy("it", {
          name: "t",
          namespace: "n",
          tableBucketArn: "b",
          resourcePolicy: policy,
        }),
      LogDeliveryDestinationPolicy: () =>
        new aws.cloudwatch.LogDeliveryDestinationPolicy("it", {
          deliveryDestinationName: "d",
          deliveryDestinationPolicy: policy,
        }),
    };
    /** What each violation is about. */
    const found = async (program: () => unknown) =>
      (await messagesAbout(permissions, program)).map((message) =>
        message.replace(/^no-wildcard-permissions: \w+ it allows (x:\* on \*|x:\*|everybody).*$/, "$1"),
      );

    for (const [kind, program] of Object.entries(made))
      it(`are judged: a ${kind}`, async () => {
        assert.deepEqual(await found(program), ["x:*", "x:* on *", "everybody"]);
      });

    const keys: Record<string, (text: string) => unknown> = {
      Key: (text) => new aws.kms.Key("it", { policy: text }),
      ReplicaKey: (text) => new aws.kms.ReplicaKey("it", { primaryKeyArn: "k", policy: text }),
      KeyPolicy: (text) => new aws.kms.KeyPolicy("it", { keyId: "k", policy: text }),
    };
    for (const [kind, make] of Object.entries(keys))
      it(`are judged: a ${kind}, where * is this key`, async () => {
        assert.deepEqual(await found(() => make(policy)), ["x:*", "everybody"]);
        const mine = { Action: "kms:Decrypt", Principal: { AWS: "111111111111" }, Resource: "*" };
        assert.deepEqual(await found(() => make(document(mine))), []);
      });

    it("are judged: a VPC endpoint, which everybody may use who may do it anyway", async () => {
      const endpoint = () => new aws.ec2.VpcEndpoint("it", { vpcId: "v", serviceName: "s3", policy });
      assert.deepEqual(await found(endpoint), ["x:*", "x:* on *"]);
    });

    it("are not mistaken for what else is called a policy", async () => {
      const others = () => {
        new aws.iot.PolicyAttachment("name", { policy: "readers", target: "t" });
        new aws.ses.ReceiptFilter("word", { cidr: "192.0.2.0/24", policy: "Allow" });
        new aws.verifiedaccess.Group("cedar", {
          verifiedaccessInstanceId: "v",
          policyDocument: "permit(principal, action, resource);",
        });
        new aws.ecr.LifecyclePolicy("rules", { repository: "r", policy: JSON.stringify({ rules: [] }) });
      };
      assert.deepEqual(await messagesAbout(permissions, others), []);
    });
  });

  it("in a role's inline policies are judged, too", async () => {
    const program = (Resource: string) => () =>
      new aws.iam.Role("reader", {
        assumeRolePolicy: document({
          Action: "sts:AssumeRole",
          Principal: { Service: "lambda.amazonaws.com" },
        }),
        inlinePolicies: [{ name: "read", policy: document({ Action: "s3:*", Resource }) }],
      });
    assert.deepEqual(await messagesAbout(permissions, program(object)), [
      "no-wildcard-permissions: Role reader allows s3:*, which is every action of a service. Name the actions that are needed.",
    ]);
  });

  it("are JSON", async () => {
    const messages = await messagesAbout(
      permissions,
      () => new aws.iam.RolePolicy("reader", { role: "reader", policy: "{" }),
    );
    assert.deepEqual(messages, [
      "no-wildcard-permissions: RolePolicy reader has a policy that is not JSON. Write it with JSON.stringify.",
    ]);
  });

  it("are judged in the documents that are known, when others are not yet", async () => {
    const program = () => {
      const bucket = new aws.s3.Bucket("data", { bucket: "data" });
      new aws.iam.Role("reader", {
        assumeRolePolicy: document({ Action: "sts:AssumeRole", Principal: "*" }),
        inlinePolicies: [
          { name: "read", policy: bucket.arn.apply((Resource) => document({ Action: "s3:*", Resource })) },
        ],
      });
    };
    assert.deepEqual(await messagesOf(permissions, asPreview(await registered(program))), [
      "no-wildcard-permissions: Role reader allows everybody in: its Principal is *. Name the account, role or service.",
      "no-wildcard-permissions: can't run policy 'no-wildcard-permissions' from policy pack 'greenroom@v0.1.0' during " +
        "preview: string value at .inlinePolicies.0.policy can't be known during preview",
    ]);
  });

  it("do not come from a broad policy of AWS", async () => {
    const attached = (name: string) => () =>
      new aws.iam.RolePolicyAttachment("attached", {
        role: "reader",
        policyArn: `arn:aws:iam::aws:policy/${name}`,
      });
    const attaches = (what: string, name: string) => [
      `no-broad-managed-policies: ${what} attaches arn:aws:iam::aws:policy/${name}. Write a policy with the actions that ` +
        "are needed.",
    ];
    for (const name of ["AdministratorAccess", "PowerUserAccess", "AmazonS3FullAccess"])
      assert.deepEqual(
        await messagesAbout(permissions, attached(name)),
        attaches("RolePolicyAttachment attached", name),
      );
    assert.deepEqual(
      await messagesAbout(permissions, attached("service-role/AWSLambdaBasicExecutionRole")),
      [],
    );
    const managed = (arn: string) => () =>
      new aws.iam.Role("reader", {
        assumeRolePolicy: document({
          Action: "sts:AssumeRole",
          Principal: { Service: "lambda.amazonaws.com" },
        }),
        managedPolicyArns: [arn],
      });
    assert.deepEqual(
      await messagesAbout(permissions, managed("arn:aws:iam::aws:policy/AmazonS3FullAccess")),
      attaches("Role reader", "AmazonS3FullAccess"),
    );
  });
});
