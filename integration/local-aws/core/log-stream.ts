import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Aws, Identity } from "./aws";

/**
 * Characters of one event. CloudWatch Logs takes 1 MB, and a character has up to three bytes.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export const longestEvent = 256_000;
/** Wall milliseconds between two deliveries. */
const delivery = 250;

/** A stream in CloudWatch Logs that lines are written to: in order, in batches, without holding the writer up. */
export class LogStream {
  private pending: { timestamp: number; message: string }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void>;

  constructor(
    private readonly aws: Aws,
    private readonly identity: Identity,
    readonly group: string,
    readonly stream: string,
    createGroup: boolean,
  ) {
    this.sending = this.create(createGroup).catch(this.report);
  }

  write(message: string): void {
    // CloudWatch Logs refuses an empty message.
    if (message === "") return;
    const timestamp = this.aws.clock.now().getTime();
    for (let from = 0; from < message.length; from += longestEvent)
      this.pending.push({ timestamp, message: message.slice(from, from + longestEvent) });
    this.timer ??= setTimeout(() => void this.flush(), delivery);
  }

  /** Resolves when everything written so far has been delivered, or could not be. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const events = this.pending;
    this.pending = [];
    if (events.length > 0) this.sending = this.sending.then(() => this.send(events)).catch(this.report);
    await this.sending;
  }

  private async create(createGroup: boolean): Promise<void> {
    const logs = this.aws.client(CloudWatchLogsClient, this.identity);
    const exists = (error: unknown) => {
      if (!(error instanceof ResourceAlreadyExistsException)) throw error;
    };
    if (createGroup) await logs.send(new CreateLogGroupCommand({ logGroupName: this.group })).catch(exists);
    const name = { logGroupName: this.group, logStreamName: this.stream };
    await logs.send(new CreateLogStreamCommand(name)).catch(exists);
  }

  private async send(logEvents: { timestamp: number; message: string }[]): Promise<void> {
    const logs = this.aws.client(CloudWatchLogsClient, this.identity);
    for (let i = 0; i < logEvents.length; i += 5000) {
      const batch = {
        logGroupName: this.group,
        logStreamName: this.stream,
        logEvents: logEvents.slice(i, i + 5000),
      };
      await logs.send(new PutLogEventsCommand(batch));
    }
  }

  private readonly report = (error: unknown) => {
    this.aws.warn(`log stream ${this.group}/${this.stream}: ${String(error)}`);
  };
}
