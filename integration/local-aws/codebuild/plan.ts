import type {
  Build,
  EnvironmentVariable,
  LogsConfig,
  Project,
  ProjectEnvironment,
  ProjectSource,
  StartBuildInput,
} from "@aws-sdk/client-codebuild";
import type { Identity } from "../core/aws";
import { artifactKey } from "./artifacts";
import { invalid, notImplemented } from "./errors";
import type { BuildPlan, ProjectRecord } from "./model";
import { completeArtifacts } from "./projects";
import { parseLocation } from "./source";
import { between, checkArtifacts, checkEnvironment, checkSecondary, checkSource } from "./validation";

/**
 * What a build is to do: the project with StartBuild's overrides.
 *
 * A project of type CODEPIPELINE gets its source and artifacts from CodePipeline, in a way that AWS does not show.
 * Here the caller says in `sourceLocationOverride` and `artifactsOverride` where they are in S3, and
 * `sourceVersion` is the revision that the source stands for (a commit id), not the version of the S3 object.
 */
export function planBuild(record: ProjectRecord, request: StartBuildInput): BuildPlan {
  const { project } = record;
  const type = request.sourceTypeOverride ?? project.source?.type;
  const handedOver = project.source?.type === "CODEPIPELINE" && type === "S3";
  if (type === "CODEPIPELINE") {
    throw invalid(
      `Project ${project.name} has its source from CodePipeline: start it through a pipeline, or override its source`,
    );
  }
  const source: ProjectSource = {
    ...project.source,
    type,
    location: request.sourceLocationOverride ?? project.source?.location,
    buildspec: request.buildspecOverride || project.source?.buildspec,
  };
  const secondarySources = request.secondarySourcesOverride ?? project.secondarySources ?? [];
  const secondaryArtifacts = request.secondaryArtifactsOverride ?? project.secondaryArtifacts ?? [];
  const artifacts = request.artifactsOverride ?? project.artifacts ?? { type: "NO_ARTIFACTS" as const };
  checkSource(source, "sourceTypeOverride");
  checkSecondary(secondarySources, secondaryArtifacts);
  checkArtifacts(artifacts, "artifactsOverride");
  between(request.timeoutInMinutesOverride, 5, 2160, "timeoutInMinutesOverride");
  between(request.queuedTimeoutInMinutesOverride, 5, 480, "queuedTimeoutInMinutesOverride");
  const versions = request.secondarySourcesVersionOverride ?? project.secondarySourceVersions ?? [];
  const plan: BuildPlan = {
    project: record,
    source,
    sourceVersion: request.sourceVersion || project.sourceVersion || undefined,
    handedOver,
    secondarySources,
    secondarySourceVersions: new Map(
      versions.map(({ sourceIdentifier = "", sourceVersion = "" }) => [sourceIdentifier, sourceVersion]),
    ),
    artifacts: completeArtifacts(artifacts, project.name),
    secondaryArtifacts: secondaryArtifacts.map((each) => completeArtifacts(each, project.name)),
    request,
  };
  refuseWhatIsMissing(project, plan);
  return plan;
}

function refuseWhatIsMissing(project: Project, { source, secondarySources, request }: BuildPlan): void {
  const other = [source, ...secondarySources].find(({ type }) => type !== "S3" && type !== "NO_SOURCE");
  if (other) throw notImplemented(`source type ${other.type}`);
  const machine = request.environmentTypeOverride ?? project.environment?.type ?? "";
  if (/WINDOWS|MAC/.test(machine)) throw notImplemented(`environment type ${machine}`);
}

/** A build as it is when it was just submitted. */
export function describeBuild(
  plan: BuildPlan,
  of: { caller: Identity; uuid: string; initiator: string; startTime: Date; buildNumber: number },
): Build & { id: string; arn: string } {
  const { request, handedOver, sourceVersion, artifacts } = plan;
  const { project } = plan.project;
  const { caller, uuid } = of;
  const id = `${project.name}:${uuid}`;
  const { bucket, key } = parseLocation(plan.source.location ?? "");
  const environment = describeEnvironment(project, request);
  checkEnvironment(environment);
  return {
    id,
    arn: `arn:aws:codebuild:${caller.region}:${caller.account}:build/${id}`,
    buildNumber: of.buildNumber,
    startTime: of.startTime,
    currentPhase: "SUBMITTED",
    buildStatus: "IN_PROGRESS",
    buildComplete: false,
    // As CodePipeline's builds have them: the artifact's place, and the revision that it stands for.
    sourceVersion: handedOver ? `arn:aws:s3:::${bucket}/${key}` : sourceVersion,
    resolvedSourceVersion: handedOver ? sourceVersion : undefined,
    projectName: project.name,
    phases: [],
    source: handedOver
      ? { ...project.source, type: "CODEPIPELINE", buildspec: plan.source.buildspec }
      : plan.source,
    secondarySources: plan.secondarySources,
    secondarySourceVersions: [...plan.secondarySourceVersions].map(([sourceIdentifier, version]) => ({
      sourceIdentifier,
      sourceVersion: version,
    })),
    artifacts: {
      location:
        artifacts.type === "S3"
          ? `arn:aws:s3:::${artifacts.location}/${artifactKey(artifacts, uuid, undefined, undefined)}`
          : "",
    },
    secondaryArtifacts: [],
    cache: request.cacheOverride ?? project.cache,
    environment,
    serviceRole: request.serviceRoleOverride ?? project.serviceRole,
    logs: describeLogs(request.logsConfigOverride ?? project.logsConfig),
    timeoutInMinutes: request.timeoutInMinutesOverride ?? project.timeoutInMinutes,
    queuedTimeoutInMinutes: request.queuedTimeoutInMinutesOverride ?? project.queuedTimeoutInMinutes,
    initiator: of.initiator,
    encryptionKey: request.encryptionKeyOverride ?? project.encryptionKey,
    exportedEnvironmentVariables: [],
    reportArns: [],
  };
}

function describeEnvironment(project: Project, request: StartBuildInput): ProjectEnvironment {
  const own = project.environment;
  const variables = new Map<string, EnvironmentVariable>();
  for (const each of [...(own?.environmentVariables ?? []), ...(request.environmentVariablesOverride ?? [])])
    variables.set(each.name ?? "", { ...each, type: each.type ?? "PLAINTEXT" });
  return {
    ...own,
    type: request.environmentTypeOverride ?? own?.type,
    image: request.imageOverride ?? own?.image,
    computeType: request.computeTypeOverride ?? own?.computeType,
    privilegedMode: request.privilegedModeOverride ?? own?.privilegedMode,
    registryCredential: request.registryCredentialOverride ?? own?.registryCredential,
    imagePullCredentialsType: request.imagePullCredentialsTypeOverride ?? own?.imagePullCredentialsType,
    environmentVariables: [...variables.values()],
  };
}

/** Group and stream are there once the build is provisioned; see `logPlace`. */
const describeLogs = (config: LogsConfig | undefined) => ({
  cloudWatchLogs: config?.cloudWatchLogs ?? { status: "ENABLED" as const },
  s3Logs: config?.s3Logs ?? { status: "DISABLED" as const, encryptionDisabled: false },
});
