import type { GitPushFilter, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { matchesAny } from "./glob";
import type { Commit } from "./sources";

type Push = Pick<Commit, "repository" | "branch" | "newBranch" | "changedPaths">;

/**
 * The source action that a push starts the pipeline through, if it does: by the pipeline's triggers, or, where it
 * has none, by each connection source's own branch unless `DetectChanges` is "false".
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
 */
export function triggeredSource(pipeline: PipelineDeclaration, push: Push): string | undefined {
  const sources = (pipeline.stages?.[0]?.actions ?? []).filter(
    (action) =>
      action.actionTypeId?.provider === "CodeStarSourceConnection" &&
      action.configuration?.FullRepositoryId === push.repository,
  );
  for (const { name, configuration } of sources) {
    const git = (pipeline.triggers ?? [])
      .map((trigger) => trigger.gitConfiguration)
      .filter((candidate) => candidate?.sourceActionName === name);
    const ownBranch = configuration?.BranchName === push.branch;
    const starts =
      git.length > 0
        ? git.some((one) => (one?.push ? one.push.some((filter) => pushMatches(filter, push)) : ownBranch))
        : !pipeline.triggers?.length && ownBranch && configuration?.DetectChanges !== "false";
    if (starts) return name;
  }
  return undefined;
}

/**
 * A filter's kinds must all match; its excludes win over its includes. File paths do not match when a branch is created,
 * and no more than 100 changed files are looked at.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html
 */
export function pushMatches({ branches, filePaths }: GitPushFilter, push: Push): boolean {
  if (branches && !passes(branches, push.branch)) return false;
  if (!filePaths) return true;
  return !push.newBranch && push.changedPaths.slice(0, 100).some((file) => passes(filePaths, file));
}

function passes(filter: { includes?: string[]; excludes?: string[] }, text: string): boolean {
  if (filter.excludes && matchesAny(filter.excludes, text)) return false;
  return !filter.includes || matchesAny(filter.includes, text);
}
