import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-lambda";
import type * as aws from "@pulumi/aws";
import { archiveBytes } from "../assets";
import {
  type Creating,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
  until,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.LambdaClient);

const functionType = resourceType<aws.lambda.FunctionArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 64);
  // The token of `code` is an archive of this process.
  const zip = inputs.code === undefined ? undefined : await archiveBytes(inputs.code);
  const environment = inputs.environment?.variables;
  const { vpcConfig, tracingConfig, deadLetterConfig, loggingConfig, ephemeralStorage, snapStart } = inputs;
  const answer = await client(resource).send(
    new sdk.CreateFunctionCommand({
      FunctionName: name,
      Description: inputs.description,
      Role: inputs.role,
      Runtime: inputs.runtime as sdk.Runtime | undefined,
      Handler: inputs.handler,
      PackageType: inputs.packageType as sdk.PackageType | undefined,
      Code: zip
        ? { ZipFile: zip }
        : {
            S3Bucket: inputs.s3Bucket,
            S3Key: inputs.s3Key,
            S3ObjectVersion: inputs.s3ObjectVersion,
            ImageUri: inputs.imageUri,
          },
      Timeout: inputs.timeout ?? 3,
      MemorySize: inputs.memorySize ?? 128,
      Architectures: inputs.architectures as sdk.Architecture[] | undefined,
      Environment: environment && { Variables: { ...environment } },
      Layers: inputs.layers && [...inputs.layers],
      KMSKeyArn: inputs.kmsKeyArn,
      Publish: inputs.publish ?? false,
      VpcConfig: vpcConfig && {
        SubnetIds: [...vpcConfig.subnetIds],
        SecurityGroupIds: [...vpcConfig.securityGroupIds],
        Ipv6AllowedForDualStack: vpcConfig.ipv6AllowedForDualStack ?? false,
      },
      TracingConfig: tracingConfig && { Mode: tracingConfig.mode as sdk.TracingMode },
      DeadLetterConfig: deadLetterConfig && { TargetArn: deadLetterConfig.targetArn },
      EphemeralStorage: ephemeralStorage && { Size: ephemeralStorage.size },
      SnapStart: snapStart && { ApplyOn: snapStart.applyOn as sdk.SnapStartApplyOn },
      LoggingConfig: loggingConfig && {
        LogFormat: loggingConfig.logFormat as sdk.LogFormat,
        LogGroup: loggingConfig.logGroup,
        ApplicationLogLevel: loggingConfig.applicationLogLevel as sdk.ApplicationLogLevel | undefined,
        SystemLogLevel: loggingConfig.systemLogLevel as sdk.SystemLogLevel | undefined,
      },
      Tags: resource.tags,
    }),
  );
  // A new function is pending for a moment, and cannot be called until it is active.
  await until(`function ${name} is active`, async () => {
    const { State, StateReason } = await client(resource).send(
      new sdk.GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    if (State === "Failed") throw new Error(`the function ${name} failed: ${StateReason}`);
    return State === undefined || State === "Active" ? true : undefined;
  });
  if (inputs.reservedConcurrentExecutions !== undefined && inputs.reservedConcurrentExecutions >= 0) {
    await client(resource).send(
      new sdk.PutFunctionConcurrencyCommand({
        FunctionName: name,
        ReservedConcurrentExecutions: inputs.reservedConcurrentExecutions,
      }),
    );
  }
  // Only say when the provider uploads again, and how it deletes.
  void [inputs.sourceCodeHash, inputs.skipDestroy];
  const arn = present(answer.FunctionArn, "the function's ARN");
  const qualified = (version: string) => `${arn}:${version}`;
  const version = answer.Version ?? "$LATEST";
  return {
    id: name,
    outputs: {
      name,
      arn,
      invokeArn: invokeArn(resource, arn),
      qualifiedArn: qualified(version),
      qualifiedInvokeArn: invokeArn(resource, qualified(version)),
      version,
      lastModified: answer.LastModified,
      sourceCodeHash: zip ? createHash("sha256").update(zip).digest("base64") : answer.CodeSha256,
      codeSha256: answer.CodeSha256,
      sourceCodeSize: answer.CodeSize,
      timeout: inputs.timeout ?? 3,
      memorySize: inputs.memorySize ?? 128,
      publish: inputs.publish ?? false,
      packageType: inputs.packageType ?? "Zip",
      architectures: inputs.architectures ?? ["x86_64"],
      reservedConcurrentExecutions: inputs.reservedConcurrentExecutions ?? -1,
      signingJobArn: "",
      signingProfileVersionArn: "",
    },
  };
});

const invokeArn = ({ aws }: Creating, arn: string) =>
  `arn:${aws.partition}:apigateway:${aws.region}:lambda:path/2015-03-31/functions/${arn}/invocations`;

const permission = resourceType<aws.lambda.PermissionArgs>(async (inputs, resource) => {
  const statementId = physicalName(inputs.statementId, resource, 100);
  await client(resource).send(
    new sdk.AddPermissionCommand({
      FunctionName: inputs.function as string,
      StatementId: statementId,
      Action: inputs.action,
      Principal: inputs.principal,
      SourceArn: inputs.sourceArn,
      SourceAccount: inputs.sourceAccount,
      EventSourceToken: inputs.eventSourceToken,
      PrincipalOrgID: inputs.principalOrgId,
      Qualifier: inputs.qualifier,
    }),
  );
  return { id: statementId, outputs: { statementId } };
});

const alias = resourceType<aws.lambda.AliasArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 128);
  const weights = inputs.routingConfig?.additionalVersionWeights;
  const answer = await client(resource).send(
    new sdk.CreateAliasCommand({
      Name: name,
      FunctionName: inputs.functionName,
      FunctionVersion: inputs.functionVersion,
      Description: inputs.description,
      RoutingConfig: weights && { AdditionalVersionWeights: { ...weights } },
    }),
  );
  const arn = present(answer.AliasArn, "the alias' ARN");
  return { id: arn, outputs: { name, arn, invokeArn: invokeArn(resource, arn) } };
});

const eventInvokeConfig = resourceType<aws.lambda.FunctionEventInvokeConfigArgs>(async (inputs, resource) => {
  await client(resource).send(
    new sdk.PutFunctionEventInvokeConfigCommand({
      FunctionName: inputs.functionName,
      Qualifier: inputs.qualifier,
      MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
      MaximumRetryAttempts: inputs.maximumRetryAttempts ?? 2,
    }),
  );
  return {
    id: inputs.qualifier ? `${inputs.functionName}:${inputs.qualifier}` : inputs.functionName,
    outputs: {},
  };
});

/** Lambda: https://docs.aws.amazon.com/lambda/latest/api/welcome.html */
export const lambda: ResourceTypes = {
  "aws:lambda/function:Function": functionType,
  "aws:lambda/permission:Permission": permission,
  "aws:lambda/alias:Alias": alias,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": eventInvokeConfig,
};
