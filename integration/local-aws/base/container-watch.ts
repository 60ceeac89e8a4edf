import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type { DockerDaemon } from "../containers/docker/daemon";
import { messageOf } from "../containers/docker/sweep";

/** How long a container's last words may take, which Docker sends by another connection than its end. */
const lastWordsMs = 500;

/** Keeps what a base's container says, and sees how it ends, from before it starts. */
export class ContainerWatch {
  private readonly log: WriteStream;
  private last = "";
  private reading: Promise<void> = Promise.resolve();
  private readonly end = withResolvers<string>();
  /** How it has ended, in words for people. */
  readonly ended: Promise<string> = this.end.promise;

  /**
   * @param logFile what it says; written anew
   * @param secret what the log must not have
   */
  constructor(
    private readonly runtime: DockerDaemon,
    private readonly logFile: string,
    private readonly secret?: string,
  ) {
    this.log = createWriteStream(logFile);
  }

  /** Testcontainers reads the log of a container, and looks at its state, only once it has started. */
  async begin(id: string): Promise<void> {
    const container = this.runtime.docker.getContainer(id);
    const attached = await container.attach({ stream: true, stdout: true, stderr: true });
    const said = new PassThrough();
    container.modem.demuxStream(attached, said, said);
    attached.once("error", () => said.end()).once("close", () => said.end());
    const lines = createInterface({ input: said });
    lines.on("line", (line) => this.keep(line));
    this.reading = new Promise((resolve) => void lines.once("close", resolve));
    (container.wait({ condition: "next-exit" }) as Promise<{ StatusCode: number }>).then(
      ({ StatusCode }) => this.end.resolve(`ended with exit code ${StatusCode}`),
      (error: unknown) => this.end.resolve(`is out of reach, as Docker says: ${messageOf(error)}`),
    );
  }

  /** Where its log is, and what it said last. */
  async hint(): Promise<string> {
    await Promise.race([this.reading, new Promise((resolve) => setTimeout(resolve, lastWordsMs))]);
    return `its log is ${this.logFile}${this.last ? `, and ends with: ${this.last}` : ""}`;
  }

  close(): void {
    this.log.end();
  }

  private keep(line: string): void {
    const clean = this.secret ? line.replaceAll(this.secret, "***") : line;
    if (clean.trim()) this.last = clean.trim().slice(0, 300);
    if (this.log.writable) this.log.write(`${clean}\n`);
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
