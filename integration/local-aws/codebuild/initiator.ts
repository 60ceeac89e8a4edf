import type { Identity } from "../core/identity";

const pipelineSession = "codepipeline-";

/**
 * Who started a build, as `CODEBUILD_INITIATOR` says it: a user's name, `role/session` for a role, and
 * `codepipeline/NAME` for a pipeline, which is told by the name of its role's session: `codepipeline-NAME`.
 */
export function initiator({ arn }: Identity): string {
  const name = arn.split(":").slice(5).join(":");
  const session = /^assumed-role\/[^/]+\/(.+)$/.exec(name)?.[1];
  if (session?.startsWith(pipelineSession)) return `codepipeline/${session.slice(pipelineSession.length)}`;
  return name.replace(/^(assumed-role|user)\//, "") || "root";
}
