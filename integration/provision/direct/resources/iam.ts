import * as sdk from "@aws-sdk/client-iam";
import type * as aws from "@pulumi/aws";
import {
  type Creating,
  keyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.IAMClient);

/** A policy document is given as JSON text or as the document itself. IAM keeps it without white space around. */
export const documentText = (document: unknown): string =>
  JSON.stringify(typeof document === "string" ? (JSON.parse(document) as unknown) : document);

const role = resourceType<aws.iam.RoleArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 64);
  const answer = await client(resource).send(
    new sdk.CreateRoleCommand({
      RoleName: name,
      Path: inputs.path ?? "/",
      AssumeRolePolicyDocument: documentText(inputs.assumeRolePolicy),
      Description: inputs.description,
      MaxSessionDuration: inputs.maxSessionDuration ?? 3600,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: keyValues(resource.tags),
    }),
  );
  for (const policy of inputs.inlinePolicies ?? []) {
    await client(resource).send(
      new sdk.PutRolePolicyCommand({
        RoleName: name,
        PolicyName: policy.name,
        PolicyDocument: documentText(policy.policy),
      }),
    );
  }
  for (const PolicyArn of inputs.managedPolicyArns ?? []) {
    await client(resource).send(new sdk.AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  }
  // Only says what happens on deletion.
  void inputs.forceDetachPolicies;
  const created = present(answer.Role, "the role");
  return {
    id: name,
    outputs: {
      name,
      arn: created.Arn,
      uniqueId: created.RoleId,
      path: inputs.path ?? "/",
      createDate: created.CreateDate?.toISOString(),
      assumeRolePolicy: documentText(inputs.assumeRolePolicy),
      maxSessionDuration: inputs.maxSessionDuration ?? 3600,
      forceDetachPolicies: inputs.forceDetachPolicies ?? false,
      managedPolicyArns: inputs.managedPolicyArns ?? [],
      inlinePolicies: inputs.inlinePolicies ?? [],
    },
  };
});

const rolePolicy = resourceType<aws.iam.RolePolicyArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 128);
  const role = inputs.role as string;
  await client(resource).send(
    new sdk.PutRolePolicyCommand({
      RoleName: role,
      PolicyName: name,
      PolicyDocument: documentText(inputs.policy),
    }),
  );
  return { id: `${role}:${name}`, outputs: { name, policy: documentText(inputs.policy) } };
});

const policy = resourceType<aws.iam.PolicyArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 128);
  const answer = await client(resource).send(
    new sdk.CreatePolicyCommand({
      PolicyName: name,
      Path: inputs.path ?? "/",
      Description: inputs.description,
      PolicyDocument: documentText(inputs.policy),
      Tags: keyValues(resource.tags),
    }),
  );
  const arn = present(answer.Policy?.Arn, "the policy's ARN");
  return {
    id: arn,
    outputs: { name, arn, path: inputs.path ?? "/", policyId: answer.Policy?.PolicyId, attachmentCount: 0 },
  };
});

const rolePolicyAttachment = resourceType<aws.iam.RolePolicyAttachmentArgs>(async (inputs, resource) => {
  const { role, policyArn } = inputs as { role: string; policyArn: string };
  await client(resource).send(new sdk.AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }));
  return { id: `${role}/${policyArn}`, outputs: {} };
});

/** IAM: https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html */
export const iam: ResourceTypes = {
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/policy:Policy": policy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
};
