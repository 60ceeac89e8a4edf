import type { Clock } from "../core/clock";
import type { LogStream } from "../core/log-stream";
import type { Masking } from "./masking";

/** How many of a failing command's last lines go into the build's result. */
const tailLength = 30;

/** What a build prints, line by line, without its secrets: to its log stream, and the last lines for its result. */
export class BuildLog {
  private partial = "";
  private tail: string[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly masking: Masking,
    private readonly stream: LogStream | undefined,
  ) {}

  /** A line of CodeBuild's own, marked and dated as on AWS. */
  note(message: string): void {
    const at = this.clock.now().toISOString().slice(0, 19).replaceAll("-", "/").replace("T", " ");
    for (const line of message.split("\n"))
      this.stream?.write(this.masking.hide(`[Container] ${at} ${line}`));
  }

  /** A command begins: the lines that follow are its own. */
  begin(): void {
    this.tail = [];
    this.partial = "";
  }

  /** What a command printed, in whatever pieces it came. */
  print(text: string): void {
    const lines = (this.partial + text).split("\n");
    this.partial = lines.pop() ?? "";
    for (const line of lines) this.line(line);
  }

  /** The command ended. Gives its last lines. */
  end(): string[] {
    if (this.partial) this.line(this.partial);
    this.partial = "";
    return this.tail;
  }

  /** A text without the build's secrets. */
  hide(text: string): string {
    return this.masking.hide(text);
  }

  /** Resolves when all of it is delivered. */
  async flush(): Promise<void> {
    await this.stream?.flush();
  }

  private line(text: string): void {
    const line = this.masking.hide(text.replace(/\r$/, ""));
    this.stream?.write(line);
    this.tail.push(line);
    if (this.tail.length > tailLength) this.tail.shift();
  }
}
