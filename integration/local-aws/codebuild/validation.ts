import {
  ArtifactNamespace,
  ArtifactPackaging,
  ArtifactsType,
  CacheType,
  ComputeType,
  EnvironmentType,
  EnvironmentVariableType,
  SourceType,
  type Project,
  type ProjectArtifacts,
  type ProjectEnvironment,
  type ProjectSource,
} from "@aws-sdk/client-codebuild";
import { GetRoleCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam";
import type { Aws, Identity } from "../core/aws";
import { invalid } from "./errors";
import { parseLocation } from "./source";

/** The sentence that AWS has for a value that is none of those known. */
export function oneOf(values: Record<string, string>, value: string | undefined, at: string): void {
  if (value === undefined || Object.values(values).includes(value)) return;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: ` +
      `Member must satisfy enum value set: [${Object.values(values).join(", ")}]`,
  );
}

export function between(value: number | undefined, low: number, high: number, what: string): void {
  if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return;
  throw invalid(`Invalid ${what}: ${value}; must be from ${low} to ${high}`);
}

/**
 * Refuses a project that AWS would not take.
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
 */
export function checkProject(project: Project): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9\-_]{1,149}$/.test(project.name ?? "")) {
    throw invalid(
      `Invalid project name: "${project.name}"; 2 to 150 letters, digits, hyphens and underscores, the first a letter or digit`,
    );
  }
  checkSource(project.source, "source");
  checkArtifacts(project.artifacts, "artifacts");
  const ofPipeline = [project.source?.type, project.artifacts?.type].filter(
    (type) => type === "CODEPIPELINE",
  );
  if (ofPipeline.length === 1) {
    throw invalid("Invalid project: source and artifacts must both have type CODEPIPELINE, or neither");
  }
  checkEnvironment(project.environment);
  checkSecondary(project.secondarySources, project.secondaryArtifacts);
  oneOf(CacheType, project.cache?.type, "cache.type");
  between(project.timeoutInMinutes, 5, 2160, "timeoutInMinutes");
  between(project.queuedTimeoutInMinutes, 5, 480, "queuedTimeoutInMinutes");
  between(project.concurrentBuildLimit, 1, 10_000, "concurrentBuildLimit");
}

export function checkSource(source: ProjectSource | undefined, at: string): void {
  oneOf(SourceType, source?.type, `${at}.type`);
  if (source?.type === "NO_SOURCE") {
    if (!source.buildspec) throw invalid("Invalid project source: NO_SOURCE needs a buildspec of its own");
    if (source.location) throw invalid("Invalid project source: NO_SOURCE has no location");
  }
  if (source?.type === "S3" && !parseLocation(source.location ?? "").key) {
    throw invalid(
      `Invalid project source: location "${source.location ?? ""}" must be bucket/path/to/object.zip`,
    );
  }
}

export function checkArtifacts(artifacts: ProjectArtifacts | undefined, at: string): void {
  oneOf(ArtifactsType, artifacts?.type, `${at}.type`);
  oneOf(ArtifactPackaging, artifacts?.packaging, `${at}.packaging`);
  oneOf(ArtifactNamespace, artifacts?.namespaceType, `${at}.namespaceType`);
  if (artifacts?.type === "S3" && !artifacts.location)
    throw invalid("Invalid artifacts: location is required for type S3");
  if (artifacts?.type === "NO_ARTIFACTS" && artifacts.encryptionDisabled !== undefined)
    throw invalid("Invalid artifacts: artifact type NO_ARTIFACTS should have null encryptionDisabled");
}

export function checkEnvironment(environment: ProjectEnvironment | undefined): void {
  oneOf(EnvironmentType, environment?.type, "environment.type");
  oneOf(ComputeType, environment?.computeType, "environment.computeType");
  if (environment && !environment.image) throw invalid("Invalid environment: image is required");
  for (const { name, type } of environment?.environmentVariables ?? []) {
    oneOf(EnvironmentVariableType, type, "environment.environmentVariables.type");
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name ?? ""))
      throw invalid(`Invalid environment variable name: "${name}"`);
  }
}

export function checkSecondary(
  sources: readonly ProjectSource[] | undefined,
  artifacts: readonly ProjectArtifacts[] | undefined,
): void {
  for (const source of sources ?? []) {
    checkSource(source, "secondarySources");
    if (!source.sourceIdentifier) throw invalid("Invalid secondary source: sourceIdentifier is required");
  }
  for (const artifact of artifacts ?? []) {
    checkArtifacts(artifact, "secondaryArtifacts");
    if (!artifact.artifactIdentifier)
      throw invalid("Invalid secondary artifacts: artifactIdentifier is required");
    if (artifact.type === "CODEPIPELINE")
      throw invalid("Invalid secondary artifacts: type CODEPIPELINE is not supported");
  }
  for (const id of [
    ...(sources ?? []).map((s) => s.sourceIdentifier),
    ...(artifacts ?? []).map((a) => a.artifactIdentifier),
  ])
    // CodePipeline's artifact names have hyphens too, so they are taken here as well.
    if (!/^[A-Za-z0-9_-]{1,127}$/.test(id ?? "")) throw invalid(`Invalid identifier: "${id}"`);
  unique(sources?.map(({ sourceIdentifier }) => sourceIdentifier) ?? [], "source");
  unique(artifacts?.map(({ artifactIdentifier }) => artifactIdentifier) ?? [], "artifact");
}

function unique(identifiers: (string | undefined)[], what: string): void {
  const twice = identifiers.find((identifier, index) => identifiers.indexOf(identifier) !== index);
  if (twice) throw invalid(`Invalid secondary ${what}s: identifier "${twice}" is used twice`);
  if (identifiers.length > 12)
    throw invalid(`Invalid secondary ${what}s: ${identifiers.length}; at most 12 are allowed`);
}

/** A project's role must be there and of the caller's account. */
export async function checkServiceRole(aws: Aws, caller: Identity, role: string | undefined): Promise<void> {
  const match = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(role ?? "");
  const [, account, RoleName] = match ?? [];
  if (!account || !RoleName) throw invalid(`Invalid service role: "${role ?? ""}" is not the ARN of a role`);
  if (account !== caller.account)
    throw invalid("Invalid service role: Service role account ID does not match caller's account");
  try {
    const iam = aws.client(IAMClient, aws.root(account, caller.region));
    await iam.send(new GetRoleCommand({ RoleName }));
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
    throw invalid(
      `CodeBuild is not authorized to perform: sts:AssumeRole on service role ${role}: there is no such role`,
    );
  }
}
