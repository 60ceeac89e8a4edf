import { StringDecoder } from "node:string_decoder";
import { FrameReader } from "./relay-frames";

/** As much as CloudWatch Logs takes in one event. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const longestLine = 256 * 1024 - 26;

/** Cuts what a container prints, in Docker's frames, into lines. stdout and stderr are apart until a line is whole. */
export class OutputLines {
  private readonly stdout: Lines;
  private readonly stderr: Lines;
  private readonly reader = new FrameReader((stream, payload) => this[stream].write(payload));

  constructor(onLine: (line: string) => void) {
    this.stdout = new Lines(onLine);
    this.stderr = new Lines(onLine);
  }

  write(chunk: Buffer): void {
    this.reader.write(chunk);
  }

  /** The last line may have no end. */
  flush(): void {
    this.stdout.flush();
    this.stderr.flush();
  }
}

class Lines {
  private readonly decoder = new StringDecoder("utf8");
  private rest = "";

  constructor(private readonly onLine: (line: string) => void) {}

  write(chunk: Buffer): void {
    const parts = (this.rest + this.decoder.write(chunk)).split("\n");
    this.rest = parts.pop() ?? "";
    for (const part of parts) this.onLine(part.replace(/\r$/, ""));
    while (this.rest.length > longestLine) {
      this.onLine(this.rest.slice(0, longestLine));
      this.rest = this.rest.slice(longestLine);
    }
  }

  flush(): void {
    const last = this.rest + this.decoder.end();
    if (last) this.onLine(last);
    this.rest = "";
  }
}
