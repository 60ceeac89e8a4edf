import * as sdk from "@aws-sdk/client-ecr";
import type * as aws from "@pulumi/aws";
import {
  type Creating,
  keyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";
import { documentText } from "./iam";

const client = ({ aws }: Creating) => aws.client(sdk.ECRClient);

const repository = resourceType<aws.ecr.RepositoryArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 256);
  const encryption = inputs.encryptionConfigurations?.[0];
  const answer = await client(resource).send(
    new sdk.CreateRepositoryCommand({
      repositoryName: name,
      imageTagMutability: inputs.imageTagMutability as sdk.ImageTagMutability | undefined,
      imageTagMutabilityExclusionFilters: inputs.imageTagMutabilityExclusionFilters?.map((filter) => ({
        filter: filter.filter,
        filterType: filter.filterType as sdk.ImageTagMutabilityExclusionFilterType,
      })),
      imageScanningConfiguration: inputs.imageScanningConfiguration && {
        scanOnPush: inputs.imageScanningConfiguration.scanOnPush,
      },
      encryptionConfiguration: encryption && {
        encryptionType: encryption.encryptionType as sdk.EncryptionType,
        kmsKey: encryption.kmsKey,
      },
      tags: keyValues(resource.tags),
    }),
  );
  // Only says what happens on deletion.
  void inputs.forceDelete;
  const created = present(answer.repository, "the repository");
  return {
    id: name,
    outputs: {
      name,
      arn: created.repositoryArn,
      registryId: created.registryId,
      repositoryUrl: created.repositoryUri,
      imageTagMutability: inputs.imageTagMutability ?? "MUTABLE",
    },
  };
});

const lifecyclePolicy = resourceType<aws.ecr.LifecyclePolicyArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new sdk.PutLifecyclePolicyCommand({
      repositoryName: inputs.repository,
      lifecyclePolicyText: documentText(inputs.policy),
    }),
  );
  return {
    id: inputs.repository,
    outputs: { policy: documentText(inputs.policy), registryId: answer.registryId ?? resource.aws.account },
  };
});

const repositoryPolicy = resourceType<aws.ecr.RepositoryPolicyArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new sdk.SetRepositoryPolicyCommand({
      repositoryName: inputs.repository,
      policyText: documentText(inputs.policy),
    }),
  );
  return {
    id: inputs.repository,
    outputs: { policy: documentText(inputs.policy), registryId: answer.registryId ?? resource.aws.account },
  };
});

/** ECR: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html */
export const ecr: ResourceTypes = {
  "aws:ecr/repository:Repository": repository,
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": lifecyclePolicy,
  "aws:ecr/repositoryPolicy:RepositoryPolicy": repositoryPolicy,
};
