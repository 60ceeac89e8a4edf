import assert from "node:assert/strict";
import { policies } from "./policies";
import { type Registered, asPreview, messagesOf, registeredEnvironment } from "./testing";

const notYet = (message: string) => message.includes(": can't run policy ");
const ruleOf = (message: string) => message.split(":")[0];

describe("the policies over this repository's stacks", () => {
  for (const stack of ["staging", "prod"] as const) {
    it(`find nothing in ${stack}`, async () => {
      assert.deepEqual(await messagesOf(policies, await registeredEnvironment(stack)), []);
    });

    it(`find nothing in the first preview of ${stack}, and say what they cannot judge before the deployment`, async () => {
      const messages = await messagesOf(policies, asPreview(await registeredEnvironment(stack)));
      assert.deepEqual(
        messages.filter((message) => !notYet(message)),
        [],
      );
      // Policy documents name ARNs, and test traffic comes from addresses that are not there yet.
      assert.deepEqual([...new Set(messages.filter(notYet).map(ruleOf))].sort(), [
        "no-wildcard-permissions",
        "public-ports",
        "tls-only-buckets",
      ]);
    });
  }

  type Change = (resource: Registered) => Registered | undefined;
  const without =
    (type: string): Change =>
    (resource) =>
      resource.request.getType() === type ? undefined : resource;
  const changed =
    (type: string, properties: object): Change =>
    (resource) =>
      resource.request.getType() === type
        ? {
            ...resource,
            inputs: { ...resource.inputs, ...properties },
            outputs: { ...resource.outputs, ...properties },
          }
        : resource;
  const open = (port: number) => ({
    ingress: [{ protocol: "tcp", fromPort: port, toPort: port, cidrBlocks: ["0.0.0.0/0"] }],
  });

  /** How to break staging so that each rule has something to find: no rule passes for want of a resource to look at. */
  const breaks: Record<string, Change> = {
    "encrypted-buckets": without(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ),
    "encrypted-immutable-repositories": changed("aws:ecr/repository:Repository", {
      imageTagMutability: "MUTABLE",
    }),
    "encrypted-pipeline-artifacts": changed("aws:codepipeline/pipeline:Pipeline", {
      artifactStores: [{ type: "S3", location: "elsewhere" }],
    }),
    "encrypted-build-output": changed("aws:codebuild/project:Project", {
      artifacts: { type: "S3", encryptionDisabled: true },
    }),
    "private-buckets": without("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
    "public-ports": changed("aws:ec2/securityGroup:SecurityGroup", open(22)),
    "public-security-groups": changed("aws:ec2/securityGroup:SecurityGroup", open(443)),
    "private-tasks": changed("aws:ecs/service:Service", {
      networkConfiguration: { subnets: [], assignPublicIp: true },
    }),
    "tls-only-buckets": without("aws:s3/bucketPolicy:BucketPolicy"),
    "modern-tls-listeners": changed("aws:lb/listener:Listener", { protocol: "HTTPS" }),
    "no-wildcard-permissions": changed("aws:iam/rolePolicy:RolePolicy", {
      policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] }),
    }),
    "no-broad-managed-policies": changed("aws:iam/role:Role", {
      managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
    }),
    "log-retention": changed("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: undefined }),
    "log-groups": without("aws:cloudwatch/logGroup:LogGroup"),
    "project-and-environment-tags": without("pulumi:providers:aws"),
    "deletion-protection": changed("aws:s3/bucket:Bucket", { forceDestroy: true }),
    "automatic-rollback": changed("aws:codedeploy/deploymentGroup:DeploymentGroup", {
      autoRollbackConfiguration: { enabled: false },
    }),
    "deployment-alarms": without("aws:cloudwatch/metricAlarm:MetricAlarm"),
    "alarms-watch-own-target-groups": changed("aws:cloudwatch/metricAlarm:MetricAlarm", {
      namespace: "AWS/ECS",
    }),
  };

  for (const { name } of policies)
    it(`notice when staging breaks ${name}`, async () => {
      const change = breaks[name];
      assert.ok(change, `say in this test how to break ${name}`);
      const broken = (await registeredEnvironment("staging")).flatMap((resource) => change(resource) ?? []);
      const rules = (await messagesOf(policies, broken)).map(ruleOf);
      assert.ok(rules.includes(name), `found only ${rules.join(", ")}`);
    });
});
