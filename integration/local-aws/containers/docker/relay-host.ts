import http2 from "node:http2";
import net from "node:net";
import type { Duplex } from "node:stream";

/** The rehearsal's side of the relay: each of its streams becomes a connection to a port of this machine's loopback. */
export class RelayHost {
  /** When the relay in the container takes connections. */
  readonly ready: Promise<void>;
  /** When the connection to it has ended. */
  readonly ended: Promise<void>;
  private readonly sockets = new Set<net.Socket>();
  private readonly server = http2.createServer({
    settings: { initialWindowSize: 1 << 20, maxConcurrentStreams: 10_000 },
    maxSessionMemory: 512,
    // Clients that hang up are ordinary here; Node.js takes more than a few at once for an attack.
    streamResetBurst: 1_000_000,
    streamResetRate: 1_000_000,
  } as http2.ServerOptions);

  constructor(
    private readonly wire: Duplex,
    private readonly port: number,
  ) {
    let isReady: () => void = () => undefined;
    this.ready = new Promise((resolve) => (isReady = resolve));
    this.ended = new Promise((resolve) => wire.once("close", () => resolve()));
    wire.on("error", () => undefined);
    this.server.on("session", (session) => {
      session.setLocalWindowSize(1 << 24);
      session.on("error", () => wire.destroy());
      session.on("close", () => wire.destroy());
    });
    this.server.on("sessionError", () => wire.destroy());
    this.server.on("stream", (stream, headers) => {
      stream.on("error", () => undefined);
      stream.respond({ ":status": 200 });
      if (headers[":path"] === "/ready") {
        stream.end();
        isReady();
      } else this.connect(stream);
    });
    this.server.emit("connection", wire);
    void this.ended.then(() => this.sockets.forEach((socket) => socket.destroy()));
  }

  close(): void {
    this.wire.destroy();
  }

  private connect(stream: http2.ServerHttp2Stream): void {
    const socket = net.connect({ host: "127.0.0.1", port: this.port, allowHalfOpen: true, noDelay: true });
    this.sockets.add(socket);
    stream.pipe(socket);
    socket.pipe(stream);
    socket.on("error", () => stream.close(http2.constants.NGHTTP2_CANCEL));
    stream.on("aborted", () => socket.resetAndDestroy());
    stream.on("close", () => {
      if (stream.rstCode !== 0) socket.resetAndDestroy();
      else if (!socket.writableEnded) socket.end();
    });
    socket.on("close", () => {
      this.sockets.delete(socket);
      if (!stream.closed && !socket.readableEnded) stream.close(http2.constants.NGHTTP2_CANCEL);
    });
  }
}
