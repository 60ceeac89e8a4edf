import * as sdk from "@aws-sdk/client-ssm";
import type * as aws from "@pulumi/aws";
import { keyValues, physicalName, resourceType, type ResourceTypes } from "../resource-type";

const parameter = resourceType<aws.ssm.ParameterArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 1011);
  const value = inputs.value ?? inputs.insecureValue;
  const answer = await resource.aws.client(sdk.SSMClient).send(
    new sdk.PutParameterCommand({
      Name: name,
      Type: inputs.type as sdk.ParameterType,
      Value: value,
      Description: inputs.description,
      AllowedPattern: inputs.allowedPattern,
      KeyId: inputs.keyId,
      DataType: inputs.dataType,
      Tier: inputs.tier as sdk.ParameterTier | undefined,
      ...(inputs.overwrite ? { Overwrite: true } : { Tags: keyValues(resource.tags) }),
    }),
  );
  return {
    id: name,
    outputs: {
      name,
      arn: resource.aws.arn("ssm", `parameter/${name.replace(/^\//, "")}`),
      version: answer.Version ?? 1,
      dataType: inputs.dataType ?? "text",
      tier: inputs.tier ?? "Standard",
    },
  };
});

/** Systems Manager: https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html */
export const ssm: ResourceTypes = { "aws:ssm/parameter:Parameter": parameter };
