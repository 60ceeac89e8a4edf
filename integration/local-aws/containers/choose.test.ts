import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

/** In a process of its own, as a process keeps the daemon that it has found. */
const program = `
  const { chooseRuntime } = require(${JSON.stringify(path.join(__dirname, "choose"))});
  const { openDocker } = require(${JSON.stringify(path.join(__dirname, "docker"))});
  const choose = (asked) => chooseRuntime({
    asked,
    images: [],
    openDocker: () => openDocker({ id: "test", gatewayPort: 1, warn: console.error }),
  }).then(({ because }) => console.log(because), (error) => console.log("refused: " + error.message));
  choose(undefined).then(() => choose("docker"));
`;

describe("a Docker daemon that answers and cannot be used", function () {
  this.timeout(60_000);
  this.slow(8000);
  let folder: string;
  let daemon: http.Server;
  const socket = () => path.join(folder, "docker.sock");
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"));
    daemon = http.createServer(({ url = "", method }, response) => {
      const info = { OSType: "linux", OperatingSystem: "Debian", IndexServerAddress: "", Volumes: [] };
      const list = /\/(containers|images|networks)(\/json)?\?|\/images\/json$/.test(url);
      response.statusCode = method === "POST" ? 500 : 200;
      response.end(JSON.stringify(method === "POST" ? { message: "no room" } : list ? [] : info));
    });
    await new Promise<void>((resolve) => daemon.listen(socket(), resolve));
  });
  after(() => {
    daemon.closeAllConnections();
    daemon.close();
    rmSync(folder, { recursive: true });
  });

  it("leaves builds and tasks to processes, and says why, unless it was asked for", async () => {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, DOCKER_HOST: `unix://${socket()}` },
    });
    assert.deepEqual((await text(child.stdout)).split("\n"), [
      "builds and tasks are processes of this machine: cannot work with Docker: no room",
      "refused: cannot work with Docker: no room",
      "",
    ]);
  });
});
