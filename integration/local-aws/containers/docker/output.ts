import { StringDecoder } from "node:string_decoder";
import { longestEvent } from "../../core/log-stream";
import { FrameReader } from "./relay-frames";

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
    for (const part of parts) this.onLine(this.cut(part).replace(/\r$/, ""));
    this.rest = this.cut(this.rest);
  }

  /** Gives what is left of a text when whole events of it have been written. */
  private cut(text: string): string {
    let from = 0;
    for (; text.length - from > longestEvent; from += longestEvent)
      this.onLine(text.slice(from, from + longestEvent));
    return text.slice(from);
  }

  flush(): void {
    const last = this.rest + this.decoder.end();
    if (last) this.onLine(last);
    this.rest = "";
  }
}
