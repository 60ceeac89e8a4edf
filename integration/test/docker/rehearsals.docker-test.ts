import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type Dockerode from "dockerode";
import { sweep } from "../../local-aws/containers/docker/sweep";
import { openDoor, testDocker } from "../../local-aws/containers/docker/testing";
import type { ScenarioResult } from "../../rehearsal/model";
import { start } from "../command";
import { assertNothingAbandoned, assertNothingLeft, foldersIn, madeBy, rehearse } from "./rehearse";
import { watchContainers } from "./watch";

const inDocker = ["--containers", "docker"];
const goodRelease = [...inDocker, "--scenario", "good-release"];
const isTask = ({ Names: [name = ""] }: Dockerode.ContainerInfo) => !/-(relay|build)(-|$)/.test(name);

const outcomes = (scenario: ScenarioResult | undefined) =>
  scenario?.verdict?.releases.map(({ outcome }) => outcome);

/** Rehearsals by the command line, with builds and tasks in the real Docker. */
describe("rehearsals in Docker", function () {
  this.timeout(400_000);
  let docker: Dockerode;
  let folder: string;

  before(async () => {
    docker = await testDocker();
    folder = mkdtempSync(path.join(os.tmpdir(), "rehearsal-test-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("of a good release: safe, nothing privileged that did not ask for it, no port off loopback", async () => {
    const watch = await watchContainers(docker);
    const rehearsed = await rehearse(folder, goodRelease, {}, () => Promise.resolve());
    const seen = await watch.end(rehearsed.pid);
    assert.equal(rehearsed.code, 0, rehearsed.stdout + rehearsed.stderr);
    await assertNothingLeft(docker, rehearsed);

    const { containerRuntime, scenarios } = rehearsed.result();
    assert.equal(containerRuntime, "docker");
    assert.deepEqual(outcomes(scenarios[0]), ["safe", "safe"]);
    assert.deepEqual(
      scenarios[0]?.traffic.map(({ totals }) => totals.failures),
      [0, 0],
    );

    const named = (part: string) => seen.filter(({ Name }) => Name.includes(part));
    // The tests of both environments are builds as well, of projects that do not ask for privileges.
    assert.deepEqual([named("-build-").length, named("-relay").length], [3, 1]);
    assert.equal(named("trivia-api").length, 8);
    const privileged = seen.filter(({ HostConfig }) => HostConfig.Privileged).map(({ Name }) => Name);
    assert.equal(privileged.length, 1, privileged.join(" "));
    assert.match(privileged[0] ?? "", /-build-/);
    for (const { Name, HostConfig } of seen) {
      const bindings = Object.values((HostConfig.PortBindings ?? {}) as Record<string, { HostIp: string }[]>);
      assert.ok(
        bindings.flat().every(({ HostIp }) => HostIp === "127.0.0.1"),
        Name,
      );
      assert.notEqual(HostConfig.NetworkMode, "host", Name);
      assert.ok(!HostConfig.PublishAllPorts, Name);
      assert.ok(!JSON.stringify(HostConfig.Binds ?? []).includes("docker.sock"), Name);
    }
  });

  it("in which somebody kills the tasks: not as expected, as clients saw it; what comes next is judged by itself", async () => {
    const args = [...inDocker, "--scenario", "good-release", "bad-release"];
    const rehearsed = await rehearse(folder, args, {}, async (pid) => {
      const tasks = (await madeBy(docker, pid)).containers.filter(isTask);
      assert.equal(tasks.length, 4);
      await Promise.all(tasks.map(({ Id }) => docker.getContainer(Id).kill()));
    });
    assert.equal(rehearsed.code, 1, rehearsed.stdout);
    await assertNothingLeft(docker, rehearsed);
    assert.match(rehearsed.stdout, /^NOT AS EXPECTED {2}trivia-api: A good release/m);
    const [disturbed, next] = rehearsed.result().scenarios;
    assert.ok((disturbed?.traffic[0]?.totals.failures ?? 0) > 0);
    assert.deepEqual(outcomes(disturbed), ["not safe", "safe"]);
    assert.deepEqual(outcomes(next), ["safe", "contained", "safe", "safe"]);
  });

  it("end with exit code 2 when the daemon goes away in the middle; the next one removes what is left", async () => {
    const door = await openDoor(path.join(folder, "docker.sock"));
    const rehearsed = await rehearse(folder, goodRelease, { DOCKER_HOST: door.dockerHost }, () =>
      Promise.resolve(door.close()),
    );
    const { code, stderr } = rehearsed;
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /A good release: could not run: the relay in Docker has ended, .*was the Docker daemon stopped\?/,
    );
    assert.match(stderr, /The next rehearsal removes what is left\./);
    assert.deepEqual(foldersIn(rehearsed.temporary), []);
    const { containers, networks } = await madeBy(docker, rehearsed.pid);
    assert.ok(containers.length > 0 && networks.length === 1);
    assert.deepEqual(await sweep(docker), []);
    await assertNothingLeft(docker, rehearsed);
  });

  it("end on Ctrl-C in the middle, and leave nothing", async () => {
    const rehearsed = await rehearse(folder, goodRelease, {}, (pid) => {
      process.kill(pid, "SIGINT");
      return Promise.resolve();
    });
    assert.equal(rehearsed.code, 130, rehearsed.stderr);
    await assertNothingLeft(docker, rehearsed);
  });

  it("say which image cannot be pulled, with exit code 2, and leave nothing", async () => {
    const environment = { TMPDIR: folder, GREENROOM_RELAY_IMAGE: "127.0.0.1:1/nowhere:1" };
    const { code, stderr } = await start([...goodRelease, "--port", "0"], { environment });
    assert.equal(code, 2);
    assert.match(stderr, /the image 127\.0\.0\.1:1\/nowhere:1 is not there and cannot be pulled: .*refused/);
    await assertNothingAbandoned(docker);
    assert.deepEqual(foldersIn(folder), []);
  });
});
