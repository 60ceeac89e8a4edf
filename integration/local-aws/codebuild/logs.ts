import type { Build, LogsLocation } from "@aws-sdk/client-codebuild";
import type { Identity } from "../core/aws";

/**
 * Where a build's log goes: `/aws/codebuild/PROJECT` and the build's id, unless the project says otherwise. A
 * configured stream name comes before the id. Nothing where the project has no logs in CloudWatch.
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CloudWatchLogsConfig.html
 */
export function logPlace(
  build: Build,
  { region, account }: Identity,
): (LogsLocation & { groupName: string; streamName: string }) | undefined {
  const config = build.logs?.cloudWatchLogs;
  if (config?.status === "DISABLED") return undefined;
  const uuid = build.id?.split(":")[1] ?? "";
  const groupName = config?.groupName || `/aws/codebuild/${build.projectName}`;
  const streamName = config?.streamName ? `${config.streamName}/${uuid}` : uuid;
  // The console's own encoding: "$" for "%", twice.
  const encoded = (name: string) => encodeURIComponent(encodeURIComponent(name)).replaceAll("%", "$");
  return {
    ...build.logs,
    groupName,
    streamName,
    deepLink:
      `https://console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/` +
      `${encoded(groupName)}/log-events/${encoded(streamName)}`,
    cloudWatchLogsArn: `arn:aws:logs:${region}:${account}:log-group:${groupName}:log-stream:${streamName}`,
  };
}
