import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import Dockerode from "dockerode";
import { formatOwner, isAbandoned, labelsOf, ownerLabel, parseOwner, startOf } from "./labels";
import { messageOf, rehearsalOfImage, removeRehearsal } from "./sweep";

describe("what a rehearsal leaves in Docker", () => {
  const owner = { host: "here", pid: 42, started: "Tue Nov 24 03:53:48 2026" };
  const labels = { [ownerLabel]: formatOwner(owner) };
  const runningSince = (started: string | undefined) => () => Promise.resolve(started);

  it("has its owner on it", () => {
    assert.deepEqual(parseOwner(formatOwner(owner)), owner);
    assert.equal(parseOwner(undefined), undefined);
    assert.equal(parseOwner("somebody"), undefined);
  });

  it("is removed when the owner is gone, or another process has its number", async () => {
    assert.equal(await isAbandoned(labels, "here", runningSince(undefined)), true);
    assert.equal(await isAbandoned(labels, "here", runningSince("later")), true);
  });

  it("stays while the owner runs, when it is another machine's, and when it is not ours", async () => {
    assert.equal(await isAbandoned(labels, "here", runningSince(owner.started)), false);
    assert.equal(await isAbandoned(labels, "there", runningSince(undefined)), false);
    assert.equal(await isAbandoned({}, "here", runningSince(undefined)), false);
  });

  it("knows this process as running, and a process that is not there as gone", async () => {
    assert.equal(await isAbandoned(await labelsOf("x"), os.hostname(), startOf), false);
    assert.equal(await startOf(2 ** 22 + 1), undefined);
  });

  it("knows its images by their names, and leaves those that people pulled", () => {
    assert.equal(rehearsalOfImage("127.0.0.1:4566/greenroom/8f3c/team/web@sha256:1"), "8f3c");
    assert.equal(rehearsalOfImage("127.0.0.1:4566/team/web:1"), undefined);
    assert.equal(rehearsalOfImage("registry.example.com/greenroom/8f3c/web:1"), undefined);
  });

  it("keeps its network as long as anything else is left, so that the next rehearsal knows of it", async () => {
    const removed: string[] = [];
    let containers = [{ Id: "task" }];
    let refuses = true;
    const daemon = http
      .createServer(({ method, url = "" }, response) => {
        const [, path = ""] = /^\/([^?]*)/.exec(url) ?? [];
        if (method === "GET") {
          const lists: Record<string, unknown> = {
            "containers/json": containers,
            volumes: { Volumes: [] },
            "images/json": [],
            networks: [{ Id: "bridge" }],
          };
          response.end(JSON.stringify(lists[path]));
        } else if (refuses) {
          response.writeHead(500).end(JSON.stringify({ message: "device busy" }));
        } else {
          removed.push(path);
          containers = [];
          response.writeHead(204).end();
        }
      })
      .listen(0, "127.0.0.1");
    await once(daemon, "listening");
    try {
      const docker = new Dockerode({ host: "127.0.0.1", port: (daemon.address() as AddressInfo).port });
      const [problem, ...more] = await removeRehearsal(docker, "8f3c");
      assert.equal(problem, "could not remove the container task: device busy");
      assert.deepEqual(removed, []);
      assert.ok(more.every((one) => one === problem));
      refuses = false;
      assert.deepEqual(await removeRehearsal(docker, "8f3c"), []);
      assert.deepEqual(removed, ["containers/task", "networks/bridge"]);
    } finally {
      daemon.closeAllConnections();
      daemon.close();
    }
  });

  it("says what the daemon said", () => {
    assert.equal(messageOf(new Error("(HTTP code 409) conflict - it is in use ")), "it is in use");
    assert.equal(
      messageOf(new Error("connect ENOENT /var/run/docker.sock")),
      "connect ENOENT /var/run/docker.sock",
    );
  });
});
