import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { addressOf, recordConnections } from "./connections";

describe("the recorder of connections", function () {
  before(function () {
    // Other systems keep no such tables as files; CI runs on Linux.
    if (process.platform !== "linux") this.skip();
  });

  it("reads addresses as Linux writes them", () => {
    assert.equal(addressOf("0100007F:1F90"), "127.0.0.1:8080");
    assert.equal(addressOf("0000000000000000FFFF00000100007F:0050"), "127.0.0.1:80");
    assert.equal(
      addressOf("B80D01200000000067452301EFCDAB89:01BB"),
      "2001:0db8:0000:0000:0123:4567:89ab:cdef:443",
    );
  });

  it("sees where a child of a child has a socket to", async () => {
    const stop = recordConnections();
    // A UDP socket that is connected sends nothing by that. The address is one for documentation.
    const program = `require("node:dgram").createSocket("udp4").connect(9, "192.0.2.1", () => console.log("connected"))`;
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    const child = spawn("sh", ["-c", `"${process.execPath}" -e '${program}'; true`], {
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    await once(child.stdout, "data");
    const { loopback, outside } = await stop();
    socket.destroy();
    server.close();
    if (child.pid !== undefined) process.kill(-child.pid);
    assert.ok(loopback > 0);
    assert.deepEqual(
      outside.map(({ protocol, remote }) => ({ protocol, remote })),
      [{ protocol: "udp", remote: "192.0.2.1:9" }],
    );
  });
});
