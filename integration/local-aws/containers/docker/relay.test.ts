import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { longestEvent } from "../../core/log-stream";
import { OutputLines } from "./output";
import { attachedStreams, FrameReader } from "./relay-frames";

function frame(stream: number, payload: string | Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(payload), 4);
  return Buffer.concat([header, Buffer.from(payload)]);
}

describe("Docker's frames", () => {
  it("are taken apart wherever they are cut", () => {
    const bytes = Buffer.concat([frame(1, "one"), frame(2, "problem"), frame(1, ""), frame(1, "two")]);
    for (let size = 1; size <= bytes.length; size++) {
      const got = { stdout: "", stderr: "" };
      const reader = new FrameReader((stream, payload) => (got[stream] += payload.toString()));
      for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
      assert.deepEqual(got, { stdout: "onetwo", stderr: "problem" }, `in pieces of ${size}`);
    }
  });

  it("are none when the stream's number is unknown", () => {
    assert.throws(() => new FrameReader(() => undefined).write(frame(7, "x")), /unknown stream 7/);
  });

  it("wait when nobody reads", async () => {
    const attached = new PassThrough({ highWaterMark: 1024 });
    const both = attachedStreams(attached, () => undefined);
    let accepted = 0;
    while (attached.write(frame(1, Buffer.alloc(1016))) && accepted < 1000) {
      accepted++;
      await wait(0);
    }
    assert.ok(accepted < 100, `${accepted} KiB were taken`);
    let read = 0;
    both.on("data", (chunk: Buffer) => (read += chunk.length));
    await wait(20);
    assert.equal(read, 1016 * (accepted + 1));
  });

  it("end both ways when the attached stream breaks", async () => {
    const attached = new PassThrough();
    const both = attachedStreams(attached, () => undefined);
    both.on("error", () => undefined);
    const closed = new Promise((resolve) => both.once("close", resolve));
    attached.destroy(new Error("the daemon is gone"));
    await closed;
  });
});

describe("what a container prints", () => {
  it("becomes lines, whole characters in them, stdout and stderr apart", () => {
    const lines: string[] = [];
    const output = new OutputLines((line) => void lines.push(line));
    const euro = Buffer.from("€\r\n");
    output.write(frame(1, euro.subarray(0, 2)));
    output.write(frame(2, "problem\n"));
    output.write(frame(1, euro.subarray(2)));
    output.write(frame(1, "\nlast"));
    assert.deepEqual(lines, ["problem", "€", ""]);
    output.flush();
    assert.deepEqual(lines, ["problem", "€", "", "last"]);
  });

  it("is cut where a line is longer than CloudWatch Logs takes", () => {
    const lengths: number[] = [];
    const output = new OutputLines((line) => void lengths.push(line.length));
    output.write(frame(1, `${"x".repeat(2 * longestEvent + 1)}\n`));
    output.write(frame(1, "x".repeat(longestEvent + 2)));
    output.flush();
    assert.deepEqual(lengths, [longestEvent, longestEvent, 1, longestEvent, 2]);
  });
});
