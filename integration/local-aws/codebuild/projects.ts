import type * as sdk from "@aws-sdk/client-codebuild";
import {
  ProjectSortByType,
  SortOrderType,
  type Project,
  type ProjectArtifacts,
  type ProjectEnvironment,
  type ProjectSource,
} from "@aws-sdk/client-codebuild";
import type { Aws, Identity } from "../core/aws";
import type { Handlers } from "../core/service";
import { alreadyExists, invalid, notFound } from "./errors";
import { nameOf, projectArn, type CodeBuildState, type ProjectRecord } from "./model";
import { page } from "./paging";
import { checkProject, checkServiceRole, oneOf } from "./validation";

/** The operations on projects. https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Operations.html */
export function projects(aws: Aws, stateOf: (caller: Identity) => CodeBuildState) {
  return {
    CreateProject: async (input, caller) => {
      const state = stateOf(caller);
      const now = aws.clock.now();
      const project = complete({ ...input, created: now, lastModified: now }, caller);
      checkProject(project);
      await checkServiceRole(aws, caller, project.serviceRole);
      if (state.projects.has(project.name)) throw alreadyExists(`Project already exists: ${project.arn}`);
      state.projects.set(project.name, {
        project,
        lastBuildNumber: 0,
        running: 0,
        waiting: [],
        tokens: new Map(),
      });
      return { project };
    },

    UpdateProject: async (input, caller) => {
      const record = findProject(stateOf(caller), input.name, caller);
      const { concurrentBuildLimit, name: _name, ...changes } = input;
      const updated: Project = { ...record.project, lastModified: aws.clock.now() };
      for (const [key, value] of Object.entries(changes))
        if (value !== undefined && value !== null) Object.assign(updated, { [key]: value });
      // "To remove this limit, set this value to -1."
      if (concurrentBuildLimit !== undefined)
        updated.concurrentBuildLimit = concurrentBuildLimit === -1 ? undefined : concurrentBuildLimit;
      const project = complete(updated, caller);
      checkProject(project);
      if (changes.serviceRole) await checkServiceRole(aws, caller, project.serviceRole);
      record.project = project;
      return { project };
    },

    // Deleting a project that is not there succeeds, as on AWS.
    DeleteProject: async (input, caller) => {
      stateOf(caller).projects.delete(nameOf(input.name ?? ""));
      return {};
    },

    BatchGetProjects: async (input, caller) => {
      const names = input.names ?? [];
      if (names.length === 0 || names.length > 100)
        throw invalid("Invalid names: give from 1 to 100 of them");
      const { projects: known } = stateOf(caller);
      const found = names.map((name) => ({ name, record: known.get(nameOf(name)) }));
      const missing = found.filter(({ record }) => !record).map(({ name }) => name);
      return {
        projects: found.flatMap(({ record }) => record?.project ?? []),
        ...(missing.length > 0 ? { projectsNotFound: missing } : {}),
      };
    },

    ListProjects: async (input, caller) => {
      oneOf(ProjectSortByType, input.sortBy, "sortBy");
      oneOf(SortOrderType, input.sortOrder, "sortOrder");
      const all = [...stateOf(caller).projects.values()].map(({ project }) => project);
      const time = (project: Project) =>
        (input.sortBy === "CREATED_TIME" ? project.created : project.lastModified)?.getTime() ?? 0;
      const byName = (a: Project, b: Project) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1);
      const named = input.sortBy === undefined || input.sortBy === "NAME";
      all.sort(named ? byName : (a, b) => time(a) - time(b));
      if (input.sortOrder === "DESCENDING") all.reverse();
      const { items, nextToken } = page(
        all.map(({ name }) => name),
        input.nextToken,
      );
      return { projects: items, nextToken };
    },
  } satisfies Handlers<typeof sdk>;
}

export function findProject(
  state: CodeBuildState,
  name: string | undefined,
  caller: Identity,
): ProjectRecord {
  const record = state.projects.get(nameOf(name ?? ""));
  if (!record) throw notFound(`Project cannot be found: ${projectArn(caller, nameOf(name ?? ""))}`);
  return record;
}

/** A project with the defaults that AWS shows for what was not given. */
function complete(given: Project, caller: Identity): ProjectRecord["project"] {
  const name = given.name ?? "";
  return {
    ...given,
    name,
    arn: projectArn(caller, name),
    source: given.source && completeSource(given.source),
    secondarySources: (given.secondarySources ?? []).map(completeSource),
    secondarySourceVersions: given.secondarySourceVersions ?? [],
    artifacts: given.artifacts && completeArtifacts(given.artifacts, name),
    secondaryArtifacts: (given.secondaryArtifacts ?? []).map((artifacts) =>
      completeArtifacts(artifacts, name),
    ),
    cache: given.cache ?? { type: "NO_CACHE" },
    environment: given.environment && completeEnvironment(given.environment),
    timeoutInMinutes: given.timeoutInMinutes ?? 60,
    queuedTimeoutInMinutes: given.queuedTimeoutInMinutes ?? 480,
    encryptionKey: given.encryptionKey || `arn:aws:kms:${caller.region}:${caller.account}:alias/aws/s3`,
    tags: given.tags ?? [],
    badge: { badgeEnabled: false },
    logsConfig: given.logsConfig ?? {
      cloudWatchLogs: { status: "ENABLED" },
      s3Logs: { status: "DISABLED", encryptionDisabled: false },
    },
    // Given empty, which is how tools say "none".
    vpcConfig: undefined,
    buildBatchConfig: undefined,
    projectVisibility: "PRIVATE",
  };
}

const completeSource = (source: ProjectSource): ProjectSource => ({ insecureSsl: false, ...source });

export function completeArtifacts(artifacts: ProjectArtifacts, projectName: string): ProjectArtifacts {
  if (artifacts.type === "NO_ARTIFACTS") return artifacts;
  const shared = { name: projectName, packaging: "NONE" as const, encryptionDisabled: false };
  if (artifacts.type === "CODEPIPELINE") return { ...shared, ...artifacts };
  return { ...shared, namespaceType: "NONE", ...artifacts };
}

const completeEnvironment = (environment: ProjectEnvironment): ProjectEnvironment => ({
  privilegedMode: false,
  imagePullCredentialsType: "CODEBUILD",
  ...environment,
  environmentVariables: (environment.environmentVariables ?? []).map((variable) => ({
    ...variable,
    type: variable.type ?? "PLAINTEXT",
  })),
});
