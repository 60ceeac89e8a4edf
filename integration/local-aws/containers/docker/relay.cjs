// The relay, as it runs in its container: takes TCP connections on the rehearsal's private network, and hands each over
// to the rehearsal as an HTTP/2 stream on its own stdin and stdout. It is started with `node -e`, so it has no files.
"use strict";
const http2 = require("node:http2");
const net = require("node:net");
const { Duplex } = require("node:stream");

const ports = process.env.PORTS.split(" ").map(Number);
// Not process.stdout, which may block this process until somebody reads.
const output = new net.Socket({ fd: 1, readable: false, writable: true });
const input = new net.Socket({ fd: 0, readable: true, writable: false });
const wire = new Duplex({
  read: () => input.resume(),
  write: (chunk, _encoding, done) => output.write(chunk, done),
  final: (done) => output.end(done),
});
input.on("data", (chunk) => wire.push(chunk) || input.pause());
// Nobody is there any more to relay to.
const leave = () => process.exit(0);
input.on("end", leave).on("error", leave);
output.on("error", leave);

const session = http2.connect("http://rehearsal", {
  createConnection: () => wire,
  settings: { initialWindowSize: 1 << 20 },
  peerMaxConcurrentStreams: 10_000,
  maxSessionMemory: 512,
});
session.on("connect", () => session.setLocalWindowSize(1 << 24));
session.on("close", leave).on("error", leave);

function accept(socket) {
  const stream = session.request({ ":method": "POST", ":path": "/connection" }, { endStream: false });
  socket.setNoDelay(true);
  // An end is passed on as an end, so that the other direction goes on; anything else ends both.
  socket.pipe(stream);
  stream.pipe(socket);
  socket.on("error", () => stream.close(http2.constants.NGHTTP2_CANCEL));
  stream.on("error", () => socket.resetAndDestroy());
  stream.on("aborted", () => socket.resetAndDestroy());
  stream.on("close", () => {
    if (stream.rstCode) socket.resetAndDestroy();
    else if (!socket.writableEnded) socket.end();
  });
  socket.on(
    "close",
    () => stream.closed || socket.readableEnded || stream.close(http2.constants.NGHTTP2_CANCEL),
  );
}

const servers = ports.map((port) => {
  const server = net.createServer({ allowHalfOpen: true }, accept);
  server.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  return new Promise((listening) => server.listen(port, "0.0.0.0", listening));
});
Promise.all(servers).then(() =>
  session.request({ ":method": "POST", ":path": "/ready" }, { endStream: true }).resume(),
);
