import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { TargetKind } from "./target-kind";

/**
 * Writes to a log group, a stream for each event. A transformed input is `{ "timestamp": …, "message": … }`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
 */
export const logs: TargetKind = {
  is: ({ service, resource }) => service === "logs" && resource.startsWith("log-group:"),
  needsRole: false,
  async deliver({ aws, to, role, input, custom, event }) {
    const client = aws.client(CloudWatchLogsClient, role ?? aws.root(to.account, to.region));
    const stream = {
      logGroupName: to.resource.replace(/^log-group:/, "").replace(/:\*$/, ""),
      logStreamName: `${event.id}-${Date.now()}`,
    };
    await client.send(new CreateLogStreamCommand(stream));
    const given = custom ? messageOf(input) : undefined;
    const timestamp = Date.parse(String(given?.timestamp ?? event.time)) || Date.parse(event.time);
    const message = given?.message ?? input;
    await client.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp, message }] }));
  },
};

function messageOf(input: string): { timestamp?: unknown; message?: string } {
  try {
    const { timestamp, message } = JSON.parse(input) as { timestamp?: unknown; message?: unknown };
    return { timestamp, message: typeof message === "string" ? message : undefined };
  } catch {
    return {};
  }
}
