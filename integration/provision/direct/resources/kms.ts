import * as sdk from "@aws-sdk/client-kms";
import type * as aws from "@pulumi/aws";
import { type Creating, physicalName, present, resourceType, type ResourceTypes } from "../resource-type";
import { documentText } from "./iam";

const client = ({ aws }: Creating) => aws.client(sdk.KMSClient);

const key = resourceType<aws.kms.KeyArgs>(async (inputs, resource) => {
  const usage = inputs.keyUsage ?? "ENCRYPT_DECRYPT";
  const spec = inputs.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
  const answer = await client(resource).send(
    new sdk.CreateKeyCommand({
      Description: inputs.description,
      KeyUsage: usage as sdk.KeyUsageType,
      KeySpec: spec as sdk.KeySpec,
      Policy: inputs.policy === undefined ? undefined : documentText(inputs.policy),
      BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck,
      MultiRegion: inputs.multiRegion,
      Tags: Object.entries(resource.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    }),
  );
  const created = present(answer.KeyMetadata, "the key");
  const keyId = present(created.KeyId, "the key's id");
  if (inputs.enableKeyRotation) {
    await client(resource).send(
      new sdk.EnableKeyRotationCommand({ KeyId: keyId, RotationPeriodInDays: inputs.rotationPeriodInDays }),
    );
  }
  // Only says what happens on deletion.
  void inputs.deletionWindowInDays;
  return {
    id: keyId,
    outputs: {
      keyId,
      arn: created.Arn,
      keyUsage: usage,
      customerMasterKeySpec: spec,
      isEnabled: true,
      enableKeyRotation: inputs.enableKeyRotation ?? false,
      multiRegion: inputs.multiRegion ?? false,
    },
  };
});

const alias = resourceType<aws.kms.AliasArgs>(async (inputs, resource) => {
  const name = inputs.name ?? `alias/${physicalName(undefined, resource, 249)}`;
  await client(resource).send(
    new sdk.CreateAliasCommand({ AliasName: name, TargetKeyId: inputs.targetKeyId }),
  );
  const { KeyMetadata } = await client(resource).send(
    new sdk.DescribeKeyCommand({ KeyId: inputs.targetKeyId }),
  );
  return {
    id: name,
    outputs: {
      name,
      arn: resource.aws.arn("kms", name),
      targetKeyArn: KeyMetadata?.Arn,
      targetKeyId: KeyMetadata?.KeyId,
    },
  };
});

/** KMS: https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html */
export const kms: ResourceTypes = {
  "aws:kms/key:Key": key,
  "aws:kms/alias:Alias": alias,
};
