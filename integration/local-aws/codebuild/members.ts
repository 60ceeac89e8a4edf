import { only, type Obeyed } from "../core/members";

const tags: Obeyed = { key: true, value: true };
const variables: Obeyed = { name: true, value: true, type: true };
// What is Git's does not matter to the sources that are here, which lie in S3; tools send its default.
const source: Obeyed = {
  type: true,
  location: true,
  buildspec: true,
  sourceIdentifier: true,
  gitCloneDepth: only(0),
};
const sourceVersions: Obeyed = { sourceIdentifier: true, sourceVersion: true };
const artifacts: Obeyed = {
  type: true,
  location: true,
  path: true,
  namespaceType: true,
  name: true,
  packaging: true,
  overrideArtifactName: true,
  encryptionDisabled: true,
  artifactIdentifier: true,
};
// With these types AWS ignores the location: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectCache.html
const cache: Obeyed = { type: only("NO_CACHE", "LOCAL"), modes: true, location: true };
const logs: Obeyed = {
  cloudWatchLogs: { status: true, groupName: true, streamName: true },
  s3Logs: { status: only("DISABLED"), location: true, encryptionDisabled: true },
};
const credential: Obeyed = { credential: true, credentialProvider: only("SECRETS_MANAGER") };

const project: Obeyed = {
  name: true,
  description: true,
  source,
  secondarySources: source,
  sourceVersion: true,
  secondarySourceVersions: sourceVersions,
  artifacts,
  secondaryArtifacts: artifacts,
  environment: {
    type: true,
    image: true,
    // Every build has all of this machine, whatever its size.
    computeType: true,
    environmentVariables: variables,
    privilegedMode: true,
    imagePullCredentialsType: true,
    registryCredential: credential,
  },
  serviceRole: true,
  cache,
  timeoutInMinutes: true,
  queuedTimeoutInMinutes: true,
  concurrentBuildLimit: true,
  encryptionKey: true,
  logsConfig: logs,
  autoRetryLimit: only(0),
  tags,
};

/** What CodeBuild obeys here of each operation. */
export const obeyed = {
  CreateProject: project,
  UpdateProject: project,
  DeleteProject: { name: true },
  BatchGetProjects: { names: true },
  ListProjects: { sortBy: true, sortOrder: true, nextToken: true },
  StartBuild: {
    projectName: true,
    sourceTypeOverride: true,
    sourceLocationOverride: true,
    sourceVersion: true,
    gitCloneDepthOverride: only(0),
    secondarySourcesOverride: source,
    secondarySourcesVersionOverride: sourceVersions,
    buildspecOverride: true,
    artifactsOverride: artifacts,
    secondaryArtifactsOverride: artifacts,
    environmentVariablesOverride: variables,
    environmentTypeOverride: true,
    imageOverride: true,
    computeTypeOverride: true,
    privilegedModeOverride: true,
    imagePullCredentialsTypeOverride: true,
    registryCredentialOverride: credential,
    cacheOverride: cache,
    serviceRoleOverride: true,
    timeoutInMinutesOverride: true,
    queuedTimeoutInMinutesOverride: true,
    encryptionKeyOverride: true,
    logsConfigOverride: logs,
    autoRetryLimitOverride: only(0),
    idempotencyToken: true,
  },
  StopBuild: { id: true },
  BatchGetBuilds: { ids: true },
  ListBuilds: { sortOrder: true, nextToken: true },
  ListBuildsForProject: { projectName: true, sortOrder: true, nextToken: true },
} satisfies Record<string, Obeyed>;
