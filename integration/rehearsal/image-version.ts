import { CodeDeployClient, GetDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { Aws } from "../local-aws/core/aws";
import type { Environment } from "./environments";
import type { ReleaseTimeline } from "./model";
import type { Recording } from "./traffic/recording";

/**
 * What the load balancer calls a release's version where an answer does not say it, as those that it gives in place of a
 * task: the first digits of its image's digest. Undefined when it came to no deployment.
 */
export async function imageVersion(
  aws: Aws,
  { identity }: Environment,
  { actions }: ReleaseTimeline,
): Promise<string | undefined> {
  const deploymentId = actions.find(({ deployment }) => deployment)?.deployment?.deploymentId;
  if (deploymentId === undefined) return undefined;
  const { deploymentInfo } = await aws
    .client(CodeDeployClient, identity)
    .send(new GetDeploymentCommand({ deploymentId }));
  const { appSpecContent, string } = deploymentInfo?.revision ?? {};
  const content = appSpecContent?.content ?? string?.content ?? "";
  const taskDefinition = /arn:[^"'\s]+:task-definition\/[^"'\s]+/.exec(content)?.[0];
  if (taskDefinition === undefined) return undefined;
  const described = await aws
    .client(ECSClient, identity)
    .send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  // The service's own container is the first; whoever stands beside it comes after it.
  const image = described.taskDefinition?.containerDefinitions?.[0]?.image ?? "";
  return /@sha256:([0-9a-f]{12})/.exec(image)?.[1];
}

/** The recording with versions by the names that releases have. */
export const withNames = (recording: Recording, names: ReadonlyMap<string, string>): Recording => ({
  ...recording,
  versions: recording.versions.map((version) => names.get(version) ?? version),
});
