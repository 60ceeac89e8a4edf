import path from "node:path";
import { directoryOf, type ServiceDefinition } from "../../infra/definitions";
import { parseBuildspec } from "../local-aws/codebuild/buildspec/parse";
import type { ArtifactSpec, Buildspec } from "../local-aws/codebuild/buildspec/model";
import type { Tree } from "../local-aws/codepipeline/tree";
import { languagesHere } from "../local-aws/containers/process/build-languages";
import { checkDockerfile } from "../local-aws/containers/process/check-dockerfile";
import { globToRegExp } from "../local-aws/core/glob";
import { ServiceFileError } from "./incidents/incident";

const recipe = "docs/add-a-service.md says what a build owes the pipeline";

/**
 * Checks that a service's build can give its pipeline what it owes, as far as its files tell before the first build.
 *
 * @throws {ServiceFileError} or a BuildspecError, naming file and what to do
 */
export function checkOwed(tree: Tree, service: ServiceDefinition): void {
  const directory = directoryOf(service);
  const { buildspec: written, integrationBuildspec: tests } = service;
  const file = `${directory}/${written}`;
  const build = buildspecIn(tree, file, "builds the service");
  const { artifacts } = build;
  if (!artifacts) throw new ServiceFileError(`${file} has no "artifacts": ${recipe}`);
  const owed = {
    "imageDetail.json": 'the image to deploy, {"ImageURI": "<repository>@sha256:…"}',
    "release.json": 'what is released, {"version": "…", "commit": "…"}',
    [tests]: "the tests of the running service",
  };
  for (const [name, what] of Object.entries(owed))
    if (!takes(artifacts, name))
      throw new ServiceFileError(
        `${file}: artifacts.files has no ${name} (${what}): add it, and have the build write it there if it is not a ` +
          `file of the service; ${recipe}`,
      );
  const inService = path.posix.join(artifacts.baseDirectory ?? ".", tests);
  const makesIt = commandsOf(build).some((command) => command.includes(path.posix.basename(tests)));
  if (inService === `${directory}/${tests}` && !makesIt)
    buildspecIn(tree, inService, "tests the running service");
}

function buildspecIn(tree: Tree, file: string, purpose: string): Buildspec {
  const found = tree[file];
  if (!found)
    throw new ServiceFileError(
      `${file} is missing, or git ignores it: it ${purpose}; docs/add-a-service.md shows one`,
    );
  return parseBuildspec(file, new TextDecoder().decode(found.data));
}

/** Whether a file at the artifact's root can come of its patterns. */
const takes = ({ files, discardPaths }: ArtifactSpec, name: string): boolean =>
  files.some((pattern) => {
    const plain = pattern.replace(/^(\.\/)+/, "");
    const kept = discardPaths ? path.posix.basename(plain) : plain;
    return globToRegExp(kept, { braces: false }).test(name);
  });

const commandsOf = ({ phases }: Buildspec): string[] =>
  Object.values(phases).flatMap(({ commands, finally: last }) => [...commands, ...last]);

/**
 * Checks that processes can stand in for what a service's Dockerfile and its builds ask for.
 *
 * @throws {ServiceFileError} naming its line, and Docker
 */
export function checkRunsAsProcess(tree: Tree, service: ServiceDefinition): void {
  const directory = directoryOf(service);
  for (const name of [service.buildspec, service.integrationBuildspec]) {
    const file = `${directory}/${name}`;
    const found = tree[file] && parseBuildspec(file, new TextDecoder().decode(tree[file].data));
    const asked = Object.keys(found?.phases.install?.runtimeVersions ?? {});
    const missing = asked.find((one) => !languagesHere.includes(one));
    if (missing !== undefined)
      throw new ServiceFileError(
        `${file}: phases.install.runtime-versions.${missing}: builds have ${languagesHere.join(" and ")} here; leave it ` +
          "out where nothing needs it, or use --containers docker",
      );
  }
  const dockerfile = tree[`${directory}/Dockerfile`];
  if (!dockerfile) return;
  try {
    checkDockerfile(new TextDecoder().decode(dockerfile.data));
  } catch (error) {
    throw new ServiceFileError(`${directory}/${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
