import { Duplex } from "node:stream";

const headerBytes = 8;

/**
 * Takes the frames apart in which Docker sends a container's output: a header with the stream's number and the payload's
 * length, then the payload. Payloads are handed on as they come; none is held until it is whole.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export class FrameReader {
  private header: Buffer = Buffer.alloc(0);
  private stream = 0;
  private left = 0;

  constructor(private readonly onPayload: (stream: "stdout" | "stderr", payload: Buffer) => void) {}

  write(chunk: Buffer): void {
    while (chunk.length > 0) {
      if (this.left === 0) chunk = this.readHeader(chunk);
      else {
        const payload = chunk.subarray(0, this.left);
        this.left -= payload.length;
        chunk = chunk.subarray(payload.length);
        this.onPayload(this.stream === 2 ? "stderr" : "stdout", payload);
      }
    }
  }

  private readHeader(chunk: Buffer): Buffer {
    const wanted = headerBytes - this.header.length;
    this.header = Buffer.concat([this.header, chunk.subarray(0, wanted)]);
    if (this.header.length === headerBytes) {
      this.stream = this.header.readUInt8(0);
      if (this.stream > 2) throw new Error(`Docker sent a frame of the unknown stream ${this.stream}`);
      this.left = this.header.readUInt32BE(4);
      this.header = Buffer.alloc(0);
    }
    return chunk.subarray(wanted);
  }
}

/** A container's stdin and stdout as one stream of bytes, with back-pressure both ways. Its stderr goes to `onError`. */
export function attachedStreams(attached: Duplex, onError: (text: string) => void): Duplex {
  const reader = new FrameReader((stream, payload) => {
    if (stream === "stderr") onError(payload.toString());
    else if (!both.push(payload)) attached.pause();
  });
  const both = new Duplex({
    read: () => void attached.resume(),
    write: (chunk: Buffer, _encoding, done) => void attached.write(chunk, (error) => done(error)),
    final: (done) => void attached.end(done),
    destroy: (error, done) => {
      attached.destroy();
      done(error);
    },
  });
  attached.on("data", (chunk: Buffer) => {
    try {
      reader.write(chunk);
    } catch (error) {
      both.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  attached.on("end", () => both.push(null));
  attached.on("error", (error) => both.destroy(error));
  attached.on("close", () => both.destroy());
  return both;
}
