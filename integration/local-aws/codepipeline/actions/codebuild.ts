import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  StartBuildCommand,
  type Build,
  type EnvironmentVariable,
  type ProjectArtifacts,
} from "@aws-sdk/client-codebuild";
import { minutes } from "../../core/clock";
import type { StoredArtifact } from "../model";
import { ActionFailure, consoleUrl, inputNamed, pollEvery, type Act, type ActionRequest } from "./action";

/**
 * Runs a build of a CodeBuild project on the input artifacts, for a Build or a Test action.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
 */
export const actOnCodeBuild: Act = async (request, { aws }) => {
  const { ProjectName } = request.configuration;
  const codebuild = aws.client(CodeBuildClient, request.identity);
  const primary = primarySource(request);
  const [artifacts, ...secondary] = request.outputs.map(destination);
  const { build } = await codebuild.send(
    new StartBuildCommand({
      projectName: ProjectName,
      sourceTypeOverride: "S3",
      sourceLocationOverride: `${primary.bucket}/${primary.key}`,
      sourceVersion: primary.revision?.id,
      secondarySourcesOverride: request.inputs
        .filter((input) => input !== primary)
        .map(({ name, bucket, key }) => ({
          type: "S3",
          location: `${bucket}/${key}`,
          sourceIdentifier: name,
        })),
      artifactsOverride: artifacts ?? { type: "NO_ARTIFACTS" },
      secondaryArtifactsOverride: secondary.map((artifact, index) => ({
        ...artifact,
        artifactIdentifier: request.outputs[index + 1]?.name,
      })),
      environmentVariablesOverride: environment(request),
      ...(request.encryptionKey ? { encryptionKeyOverride: request.encryptionKey.id } : {}),
    }),
  );
  const id = build?.id;
  if (!id) throw new ActionFailure("JobFailed", `CodeBuild started no build of project ${ProjectName}`);
  request.report({
    externalExecutionId: id,
    externalExecutionUrl: consoleUrl("codebuild", request.region, `/builds/${id}/view/new`),
  });
  const ended = await aws.clock.until(
    async () => {
      const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }));
      const now = builds?.[0];
      if (!now) throw new ActionFailure("JobFailed", `the build ${id} does not exist any more`);
      return now.buildStatus === "IN_PROGRESS" ? undefined : now;
    },
    // 36 hours, of wall time, as a build is work: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
    { everyMs: pollEvery(aws), limitMs: minutes(36 * 60) * aws.clock.speed, signal: request.signal },
  );
  if (!ended) throw new ActionFailure("TimedOut", `the build ${id} had not ended after 36 hours`);
  if (ended.buildStatus !== "SUCCEEDED") throw new ActionFailure("JobFailed", failureOf(ended));
  const exported = (ended.exportedEnvironmentVariables ?? []).map(({ name = "", value = "" }) => [
    name,
    value,
  ]);
  return { outputVariables: Object.fromEntries(exported) as Record<string, string> };
};

function primarySource(request: ActionRequest): StoredArtifact {
  const [first, second] = request.inputs;
  if (!first) throw new ActionFailure("ConfigurationError", "the action has no input artifact");
  if (request.configuration.PrimarySource) return inputNamed(request, "PrimarySource");
  if (second)
    throw new ActionFailure("ConfigurationError", "PrimarySource must name one of the input artifacts");
  return first;
}

/** Where CodeBuild must put an artifact, so that it lies where this execution expects it. */
function destination({ bucket, key }: StoredArtifact): ProjectArtifacts {
  const slash = key.lastIndexOf("/");
  return {
    type: "S3",
    location: bucket,
    path: key.slice(0, slash),
    name: key.slice(slash + 1),
    packaging: "ZIP",
    namespaceType: "NONE",
    overrideArtifactName: false,
  };
}

function environment({ configuration }: ActionRequest): EnvironmentVariable[] {
  const text = configuration.EnvironmentVariables;
  if (!text) return [];
  const refuse = (why: string) =>
    new ActionFailure("ConfigurationError", `EnvironmentVariables of the action is not valid: ${why}`);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  if (!Array.isArray(list)) throw refuse("it must be a JSON list of {name, value, type}");
  return list.map((item: unknown, index) => {
    const { name, value, type = "PLAINTEXT" } = (item ?? {}) as Record<string, unknown>;
    if (typeof name !== "string" || typeof value !== "string")
      throw refuse(`item ${index + 1} must have a name and a value, both strings`);
    if (type !== "PLAINTEXT" && type !== "PARAMETER_STORE" && type !== "SECRETS_MANAGER")
      throw refuse(`item ${index + 1} (${name}) has the type ${String(type)}`);
    return { name, value, type };
  });
}

/** The sentence that AWS shows, with what each failed phase says of itself. */
function failureOf(build: Build): string {
  const phases = (build.phases ?? []).filter(({ phaseStatus }) => phaseStatus && phaseStatus !== "SUCCEEDED");
  const said = phases.flatMap(({ phaseType, contexts }) =>
    (contexts ?? [])
      .filter(({ message }) => message)
      .map(({ statusCode, message }) => `Phase: ${phaseType}, Code: ${statusCode}, Message: ${message}`),
  );
  return [`Build terminated with state: ${build.buildStatus}`, ...said].join(". ");
}
