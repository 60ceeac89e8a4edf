import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import type Dockerode from "dockerode";
import { buildImage } from "../../../../infra/lib/build-image";
import { Aws } from "../../core/aws";
import { Clock } from "../../core/clock";
import { Gateway } from "../../core/gateway";
import { pullableName } from "./build-image";
import { BuildRooms } from "./build-rooms";
import { rehearsalLabel } from "./labels";
import { openDocker, type DockerDaemon } from "./daemon";
import { nodeImage, nothingLeft } from "./testing";
import type { Told } from "./testing-build";
import { TestDaemon } from "./testing-daemon";

describe("a build's room in Docker", function () {
  this.timeout(120_000);
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  let folder: string;
  let gateway: Gateway;
  let daemon: DockerDaemon;
  let aws: Aws;

  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "greenroom-room-"));
    gateway = new Gateway(warn);
    const endpoint = await gateway.listen(0);
    aws = new Aws(endpoint, new Clock(1), warn);
    daemon = await openDocker({
      id: `test-${randomUUID().slice(0, 8)}`,
      gatewayPort: Number(new URL(endpoint).port),
      warn,
      relayImage: nodeImage,
    });
  });
  after(async () => {
    await daemon.close();
    aws.close();
    await gateway.close();
    await nothingLeft(daemon);
    await fs.rm(folder, { recursive: true });
  });

  const open = (fileOwner?: string) =>
    new BuildRooms({ daemon, folder, aws, fileOwner }).open({
      id: "project:1",
      project: "arn:aws:codebuild:eu-west-1:111111111111:project/project",
      image: buildImage,
      pullAs: aws.root("111111111111", "eu-west-1"),
      privileged: false,
      cacheModes: [],
    });

  it("gives what root makes to whoever runs the rehearsal, with the script's exit code, and leaves no folder", async () => {
    const room = await open("54321:54322");
    const { host, inside } = room.sourceDirectory;
    const script = "umask 077; mkdir made; echo it > made/file; ln -s /etc/passwd made/link; exit 7";
    await fs.writeFile(path.join(room.scratchDirectory.host, "script.sh"), script);
    const { exitCode } = await room.run({
      script: `${room.scratchDirectory.inside}/script.sh`,
      environment: {},
      onOutput: () => undefined,
      signal: new AbortController().signal,
    });
    assert.equal(exitCode, 7);
    assert.match(inside, /^\/codebuild\/output\/src\d+\/src$/);
    for (const name of ["made", "made/file", "made/link"]) {
      const { uid, gid } = await fs.lstat(path.join(host, name));
      assert.deepEqual({ name, uid, gid }, { name, uid: 54321, gid: 54322 });
    }
    await room.close();
    assert.deepEqual(await fs.readdir(path.join(folder, "containers", "builds")), []);
  });

  it("is not privileged, has no socket of the machine's daemon, and publishes no port", async () => {
    const room = await open();
    const filters = { label: [`${rehearsalLabel}=${daemon.labels[rehearsalLabel]}`] };
    const all = await daemon.docker.listContainers({ filters });
    const [build] = all.filter(({ Names }) => Names.some((name) => name.includes("-build-")));
    const { HostConfig, NetworkSettings } = await daemon.docker.getContainer(build?.Id ?? "").inspect();
    assert.equal(HostConfig.Privileged, false);
    assert.deepEqual(
      HostConfig.Binds?.filter((bind) => bind.includes("docker.sock")),
      [],
    );
    assert.deepEqual(NetworkSettings.Ports, {});
    await room.close();
  });

  it("goes with the next rehearsal when its own process was killed", async () => {
    const child = startBuild({}, folder, buildImage, nodeImage);
    await child.until((told) => "said" in told);
    const id = child.id();
    child.process.kill("SIGKILL");
    await once(child.process, "exit");
    const left = { docker: daemon.docker, labels: { [rehearsalLabel]: id } };
    await assert.rejects(nothingLeft(left));
    await (await openDocker({ ...anyRehearsal(), relayImage: nodeImage })).close();
    await nothingLeft(left);
  });

  it("says so when Docker stops in the middle; what is left goes once Docker is back", async function () {
    // Only root can run a second daemon, so that the machine's own goes on.
    if (process.getuid?.() !== 0) this.skip();
    this.timeout(300_000);
    const inner = await TestDaemon.start();
    try {
      const relay = nodeImage;
      const { Config } = await daemon.docker.getImage(relay).inspect();
      // The official one has no bash.
      const image = Config.Labels?.["greenroom.stand-in"] ? relay : pullableName(buildImage);
      for (const each of new Set([relay, image])) await copyImage(daemon.docker, inner.docker, each);
      const environment = { DOCKER_HOST: `unix://${inner.socketPath}` };
      const child = startBuild(environment, folder, image, relay);
      await child.until((told) => "said" in told);
      await inner.crash();
      const ended = await child.until((told) => "ended" in told);
      assert.match(
        JSON.stringify(ended),
        /Docker cannot run a command in the build's container: .*does the Docker daemon run\?/,
      );
      const closed = await child.until((told) => "closed" in told);
      assert.match(JSON.stringify(closed), /The next rehearsal removes what is left/);
      await inner.start();
      const left = { docker: inner.docker, labels: { [rehearsalLabel]: child.id() } };
      await assert.rejects(nothingLeft(left));
      const next = startBuild(environment, folder, image, relay, "true");
      assert.deepEqual(await next.until((told) => "closed" in told), { closed: [] });
      await nothingLeft(left);
    } finally {
      await inner.close();
    }
  });

  const anyRehearsal = () => ({
    id: `test-${randomUUID().slice(0, 8)}`,
    gatewayPort: Number(new URL(aws.endpoint).port),
    warn,
  });
});

function startBuild(
  environment: Record<string, string>,
  folder: string,
  image: string,
  relayImage: string,
  script = "echo it runs; sleep 600",
) {
  const child: ChildProcess = spawn(
    process.execPath,
    ["--require", "tsx/cjs", path.join(__dirname, "testing-build.ts"), folder, image, relayImage, script],
    { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const heard: Told[] = [];
  if (!child.stdout) throw new Error("the build's process has no output");
  const lines = createInterface(child.stdout);
  lines.on("line", (line) => heard.push(JSON.parse(line) as Told));
  return {
    process: child,
    id: () => heard.flatMap((told) => ("ready" in told ? told.ready : []))[0] ?? "",
    async until(matches: (told: Told) => boolean): Promise<Told> {
      for (;;) {
        const found = heard.find(matches);
        if (found) return found;
        if (child.exitCode !== null) throw new Error(`the build's process ended: ${JSON.stringify(heard)}`);
        await Promise.race([once(lines, "line"), once(child, "exit")]);
      }
    },
  };
}

async function copyImage(from: Dockerode, to: Dockerode, image: string): Promise<void> {
  const answer = await to.loadImage(await from.getImage(image).get(), { quiet: true });
  answer.resume();
  await pipeline(answer, async function (chunks) {
    for await (const _ of chunks) void _;
  });
}
