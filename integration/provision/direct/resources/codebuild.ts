import * as sdk from "@aws-sdk/client-codebuild";
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import {
  type Creating,
  lowerKeyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

type ProjectInputs = Unwrap<aws.codebuild.ProjectArgs>;

/** A project as CreateProject takes it. Times are in minutes. */
function createProjectInput(
  inputs: ProjectInputs,
  name: string,
  tags: Record<string, string>,
): sdk.CreateProjectInput {
  const { artifacts, cache, environment, logsConfig, source, vpcConfig } = inputs;
  const { cloudwatchLogs, s3Logs } = logsConfig ?? {};
  const credential = environment.registryCredential;
  return {
    name,
    description: inputs.description,
    serviceRole: inputs.serviceRole,
    source: sourceOf(source),
    sourceVersion: inputs.sourceVersion,
    secondarySources: inputs.secondarySources?.map((secondary) => ({
      ...sourceOf(secondary),
      sourceIdentifier: secondary.sourceIdentifier,
    })),
    artifacts: {
      type: artifacts.type as sdk.ArtifactsType,
      artifactIdentifier: artifacts.artifactIdentifier,
      location: artifacts.location,
      name: artifacts.name,
      namespaceType: artifacts.namespaceType as sdk.ArtifactNamespace | undefined,
      overrideArtifactName: artifacts.overrideArtifactName ?? false,
      packaging: artifacts.packaging as sdk.ArtifactPackaging | undefined,
      path: artifacts.path,
      encryptionDisabled: artifacts.encryptionDisabled,
    },
    environment: {
      type: environment.type as sdk.EnvironmentType,
      image: environment.image,
      computeType: environment.computeType as sdk.ComputeType,
      privilegedMode: environment.privilegedMode ?? false,
      certificate: environment.certificate,
      imagePullCredentialsType: (environment.imagePullCredentialsType ??
        "CODEBUILD") as sdk.ImagePullCredentialsType,
      environmentVariables: (environment.environmentVariables ?? []).map((variable) => ({
        name: variable.name,
        value: variable.value,
        type: (variable.type ?? "PLAINTEXT") as sdk.EnvironmentVariableType,
      })),
      registryCredential: credential && {
        credential: credential.credential,
        credentialProvider: credential.credentialProvider as sdk.CredentialProviderType,
      },
    },
    cache: cache && {
      type: (cache.type ?? "NO_CACHE") as sdk.CacheType,
      location: cache.location ?? "",
      modes: cache.modes && ([...cache.modes] as sdk.CacheMode[]),
    },
    logsConfig: logsConfig && {
      cloudWatchLogs: cloudwatchLogs && {
        status: (cloudwatchLogs.status ?? "ENABLED") as sdk.LogsConfigStatusType,
        groupName: cloudwatchLogs.groupName,
        streamName: cloudwatchLogs.streamName,
      },
      s3Logs: {
        status: (s3Logs?.status ?? "DISABLED") as sdk.LogsConfigStatusType,
        location: s3Logs?.location,
        encryptionDisabled: s3Logs?.encryptionDisabled,
      },
    },
    vpcConfig: vpcConfig && {
      vpcId: vpcConfig.vpcId,
      subnets: [...vpcConfig.subnets],
      securityGroupIds: [...vpcConfig.securityGroupIds],
    },
    timeoutInMinutes: inputs.buildTimeout ?? 60,
    queuedTimeoutInMinutes: inputs.queuedTimeout ?? 480,
    concurrentBuildLimit: inputs.concurrentBuildLimit,
    badgeEnabled: inputs.badgeEnabled,
    encryptionKey: inputs.encryptionKey,
    tags: lowerKeyValues(tags),
  };
}

type Source = Pick<
  ProjectInputs["source"],
  "type" | "buildspec" | "location" | "gitCloneDepth" | "insecureSsl" | "reportBuildStatus"
>;

const sourceOf = (source: Source): sdk.ProjectSource => ({
  type: source.type as sdk.SourceType,
  buildspec: source.buildspec,
  location: source.location,
  gitCloneDepth: source.gitCloneDepth ?? 0,
  insecureSsl: source.insecureSsl,
  reportBuildStatus: source.reportBuildStatus,
});

const project = resourceType<aws.codebuild.ProjectArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 255);
  const answer = await client(resource).send(
    new sdk.CreateProjectCommand(createProjectInput(inputs, name, resource.tags)),
  );
  const created = present(answer.project, "the project");
  const arn = present(created.arn, "the project's ARN");
  return {
    id: arn,
    outputs: {
      arn,
      name,
      description: inputs.description ?? "",
      buildTimeout: inputs.buildTimeout ?? 60,
      queuedTimeout: inputs.queuedTimeout ?? 480,
      encryptionKey: created.encryptionKey ?? resource.aws.arn("kms", "alias/aws/s3"),
      badgeUrl: created.badge?.badgeRequestUrl ?? "",
      projectVisibility: "PRIVATE",
    },
  };
});

const client = ({ aws }: Creating) => aws.client(sdk.CodeBuildClient);

/** CodeBuild: https://docs.aws.amazon.com/codebuild/latest/APIReference/Welcome.html */
export const codebuild: ResourceTypes = { "aws:codebuild/project:Project": project };
