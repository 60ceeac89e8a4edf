import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Aws, Identity } from "../core/aws";

const pipelineSession = "codepipeline-";

/**
 * Who started a build, as `CODEBUILD_INITIATOR` says it: a user's name, `role/session` for a role, and
 * `codepipeline/NAME` for a pipeline, which is told by the name of its role's session: `codepipeline-NAME`.
 */
export async function initiator(aws: Aws, caller: Identity): Promise<string> {
  const { Arn = "" } = await aws.client(STSClient, caller).send(new GetCallerIdentityCommand({}));
  const name = Arn.split(":").slice(5).join(":");
  const session = /^assumed-role\/[^/]+\/(.+)$/.exec(name)?.[1];
  if (session?.startsWith(pipelineSession)) return `codepipeline/${session.slice(pipelineSession.length)}`;
  return name.replace(/^(assumed-role|user)\//, "") || "root";
}
