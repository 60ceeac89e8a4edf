import type { Identity } from "../core/aws";
import type { BuildRecord } from "./model";
import { parseLocation, type SourceFolder } from "./source";

/**
 * The variables that CodeBuild itself sets. `CODEBUILD_BUILD_SUCCEEDING` is not among them, since it changes.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
 */
export function codebuildVariables(
  { build, plan }: BuildRecord,
  at: { sourceDirectory: string; secondarySources: ReadonlyMap<string, SourceFolder> },
): Record<string, string> {
  const { bucket, key } = parseLocation(plan.source.location ?? "");
  // "If a build originates from CodePipeline, then this might be empty."
  const url = plan.source.type === "S3" && !plan.handedOver ? `s3://${bucket}/${key}` : "";
  const variables: Record<string, string | undefined> = {
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_IMAGE: build.environment?.image,
    CODEBUILD_BUILD_NUMBER: String(build.buildNumber),
    CODEBUILD_INITIATOR: build.initiator,
    CODEBUILD_KMS_KEY_ID: build.encryptionKey,
    CODEBUILD_LOG_PATH: build.logs?.streamName,
    CODEBUILD_RESOLVED_SOURCE_VERSION: build.resolvedSourceVersion,
    CODEBUILD_SOURCE_REPO_URL: url,
    CODEBUILD_SOURCE_VERSION: build.sourceVersion,
    CODEBUILD_SRC_DIR: at.sourceDirectory,
    CODEBUILD_START_TIME: String(build.startTime?.getTime()),
  };
  for (const [identifier, folder] of at.secondarySources)
    variables[`CODEBUILD_SRC_DIR_${identifier}`] = folder.inside;
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * The role's credentials and its region. On AWS the credentials come from a container endpoint instead; tools find
 * both without being told.
 */
export const roleVariables = ({ region, credentials }: Identity): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  ...(credentials.sessionToken ? { AWS_SESSION_TOKEN: credentials.sessionToken } : {}),
});
