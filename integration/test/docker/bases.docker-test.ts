import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import type Dockerode from "dockerode";
import { root, venv } from "../../checkout";
import { miniStackImage } from "../../local-aws/base/ministack";
import { buildImageOf, testDocker } from "../../local-aws/containers/docker/testing";
import { ownerLabel, parseOwner } from "../../local-aws/containers/docker/labels";
import { descendants, start } from "../command";
import {
  assertNothingAbandoned,
  assertNothingLeft,
  foldersIn,
  madeBy,
  rehearse as rehearseIn,
  type Rehearsed,
} from "./rehearse";

const token = `ls-${randomBytes(12).toString("hex")}`;

/** What stands in for LocalStack: MiniStack, which announces itself as LocalStack does, and says its token aloud. */
const standIn = (services: string) =>
  [
    `FROM ${miniStackImage()}`,
    `ENV SERVICES=${services}`,
    `ENTRYPOINT ["sh", "-c", "echo token: $LOCALSTACK_AUTH_TOKEN; echo Ready.; exec python -m ministack"]`,
  ].join("\n");
const images = {
  // What LocalStack's free plan lacks, this lacks, too.
  "greenroom-test/localstack:partial": standIn(
    "iam,sts,s3,kms,events,sns,sqs,ec2,ssm,secretsmanager,lambda,logs,monitoring",
  ),
  "greenroom-test/localstack:silent": `FROM ${miniStackImage()}\nENTRYPOINT ["sleep", "600"]`,
  "greenroom-test/localstack:refuses": `FROM ${miniStackImage()}\nENTRYPOINT ["sh", "-c", "echo No credentials for the licence; exit 55"]`,
};

/** Bases in containers, by the command line: everything that `npm start` does with them. */
describe("bases in Docker", function () {
  this.timeout(240_000);
  let docker: Dockerode;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "base-test-"));
    docker = await testDocker();
    for (const [tag, dockerfile] of Object.entries(images)) await buildImageOf(docker, tag, dockerfile);
  });
  after(async () => {
    for (const tag of Object.keys(images)) await docker.getImage(tag).remove({ force: true });
    rmSync(folder, { recursive: true });
  });

  /** A rehearsal of a good release with its tasks as processes, which leaves nothing. */
  async function rehearse(
    args: string[],
    environment: Record<string, string>,
    inTheMiddle: Parameters<typeof rehearseIn>[3],
  ): Promise<Rehearsed> {
    const all = ["--scenario", "good-release", "--containers", "process", ...args];
    const rehearsed = await rehearseIn(folder, all, environment, inTheMiddle);
    await assertNothingLeft(docker, rehearsed);
    return rehearsed;
  }

  /** The container of a base of the rehearsal that runs. */
  async function baseOf(pid: number, image: string) {
    const found = (await madeBy(docker, pid)).containers.filter(({ Image }) => Image === image);
    assert.equal(found.length, 1, `${found.length} containers of ${image}`);
    return docker.getContainer(found[0]?.Id ?? "");
  }

  async function assertOnLoopback(container: Dockerode.Container): Promise<void> {
    const { NetworkSettings } = await container.inspect();
    const published = Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings ?? []);
    assert.deepEqual(
      published.map(({ HostIp }) => HostIp),
      ["127.0.0.1"],
    );
    const port = Number(published[0]?.HostPort);
    const elsewhere = Object.values(os.networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    assert.equal(await answers("127.0.0.1", port), true);
    for (const { address } of elsewhere) assert.equal(await answers(address, port), false, address);
  }

  it("MiniStack's image, where there is no Python: a good release is safe", async () => {
    // The AWS command line comes from elsewhere, as its version 2 does.
    const elsewhere = { PYTHON: "/nowhere/python3", PATH: `${String(venv)}/bin:${process.env.PATH}` };
    const { code, stdout, stderr } = await rehearse([], elsewhere, async (pid) =>
      assertOnLoopback(await baseOf(pid, miniStackImage())),
    );
    assert.equal(code, 0, stdout + stderr);
  });

  it("LocalStack beside MiniStack: a good release is safe, and nobody sees the token", async () => {
    const image = "greenroom-test/localstack:partial";
    const args = ["--base", "localstack", "--localstack-image", image];
    const { code, stdout, stderr, report } = await rehearse(
      args,
      { LOCALSTACK_AUTH_TOKEN: token },
      async (rehearsalPid, family) => {
        const container = await baseOf(rehearsalPid, image);
        await assertOnLoopback(container);
        const inspected = await container.inspect();
        assert.ok(!JSON.stringify(inspected).includes(token), "docker inspect");
        assert.ok(!JSON.stringify(await docker.listContainers({ all: true })).includes(token), "docker ps");
        assert.ok(!JSON.stringify(await docker.getImage(image).history()).includes(token), "docker history");
        await assert.rejects(container.getArchive({ path: "/greenroom/auth-token" }), { statusCode: 404 });
        assert.deepEqual(processesWith(token, "cmdline"), []);
        // LocalStack itself has it, of which this test's own look into /proc is the proof; so has this test's child.
        const having = processesWith(token, "environ");
        assert.ok(having.includes(inspected.State.Pid), "LocalStack has its token");
        const started = family.map(({ pid: one }) => one);
        assert.deepEqual(
          having.filter((one) => started.includes(one)),
          [],
        );
      },
    );
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /LocalStack \S+ +events iam kms s3 secretsmanager sns sqs ssm sts\n/);
    assert.match(stderr, /MiniStack \S+ +ec2 ecr elasticloadbalancing lambda logs monitoring\n/);
    const log = readFileSync(path.join(root, ".greenroom", "localstack.log"), "utf8");
    assert.match(log, /^token: \*\*\*$/m);
    const written = readdirSync(report).map((name) => readFileSync(path.join(report, name), "utf8"));
    assert.ok(written.length > 0);
    for (const text of [stdout, stderr, log, ...written]) assert.ok(!text.includes(token));
    const { servedBy, notProven } = JSON.parse(readFileSync(path.join(report, "report.json"), "utf8")) as {
      servedBy: { by: string }[];
      notProven: string[];
    };
    assert.deepEqual(
      servedBy.map(({ by }) => by.split(" ")[0]),
      ["Greenroom", "LocalStack", "MiniStack"],
    );
    assert.ok(notProven.some((limit) => limit.startsWith("Events and functions: LocalStack")));
  });

  it("stops with exit code 2 when a base's container is killed in the middle, and leaves nothing", async () => {
    const image = "greenroom-test/localstack:partial";
    const args = ["--base", "localstack", "--localstack-image", image];
    const { code, stderr } = await rehearse(args, {}, async (pid) => (await baseOf(pid, image)).kill());
    assert.equal(code, 2);
    assert.match(
      stderr,
      /the base \(LocalStack, a container of greenroom-test\/localstack:partial\) ended with exit code 137; its log is/,
    );
  });

  it("ends on Ctrl-C while a base starts, and leaves nothing", async () => {
    const image = "greenroom-test/localstack:silent";
    let pid = 0;
    let family: { pid: number; command: string }[] = [];
    const watch = setInterval(() => {
      if (family.length > 0) return;
      void docker.listContainers({ filters: { ancestor: [image] } }).then(([container]) => {
        if (!container || family.length > 0) return;
        pid = parseOwner(container.Labels[ownerLabel])?.pid ?? 0;
        family = [{ pid, command: "main.ts" }, ...descendants(pid)];
        process.kill(pid, "SIGINT");
      });
    }, 500);
    const begun = Date.now();
    const { code, stderr } = await start(
      ["--base", "localstack", "--localstack-image", image, "--port", "0"],
      {
        environment: { TMPDIR: folder },
      },
    );
    clearInterval(watch);
    assert.equal(code, 130, stderr);
    assert.ok(Date.now() - begun < 60_000, "it did not wait for the base");
    await assertNothingLeft(docker, { pid, family, temporary: folder });
  });

  for (const [what, image, message] of [
    [
      "does not start",
      "greenroom-test/localstack:refuses",
      /the base \(LocalStack\) did not start from greenroom-test\/localstack:refuses: it ended with exit code 55; its log is .*, and ends with: No credentials for the licence; since March 2026 LocalStack needs a token/,
    ],
    [
      "cannot be pulled",
      "127.0.0.1:1/localstack:none",
      /the base \(LocalStack\): the image 127\.0\.0\.1:1\/localstack:none is not there and cannot be pulled: (?!.*token)/,
    ],
  ] as const) {
    it(`says that LocalStack ${what}, and leaves nothing`, async () => {
      const environment = { TMPDIR: folder };
      const { code, stderr } = await start(
        ["--base", "localstack", "--localstack-image", image, "--port", "0"],
        {
          environment,
        },
      );
      assert.equal(code, 2);
      assert.match(stderr, message);
      await assertNothingAbandoned(docker);
      assert.deepEqual(foldersIn(folder), []);
    });
  }
});

/** Which processes of this machine have a text in a file of /proc; a container's are among them. */
function processesWith(text: string, file: "cmdline" | "environ"): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/${file}`, "utf8").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
