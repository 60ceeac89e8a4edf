import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import * as sdk from "@aws-sdk/client-ecr";
import { request } from "undici";
import type { Base } from "../base/base";
import { startMiniStackProcess } from "../base/ministack-process";
import { ecrLogin, provideImage } from "../containers/docker/pull";
import { openDocker, type DockerDaemon } from "../containers/docker/daemon";
import { pulledPrefix } from "../containers/docker/sweep";
import { nodeImage, nothingLeft } from "../containers/docker/testing";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { Gateway } from "../core/gateway";
import { ecr } from ".";

const region = "eu-west-1";
const venv = path.resolve(__dirname, "../../../.greenroom/base");

describe("docker push and docker pull", function () {
  this.timeout(120_000);
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const gateway = new Gateway(warn);
  const id = `test-${randomUUID().slice(0, 8)}`;
  const made = new Set<string>();
  let folder = "";
  let port = "";
  let base: Base;
  let aws: Aws;
  let daemon: DockerDaemon;
  let client: sdk.ECRClient;
  let pushed = "";

  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "greenroom-test-"));
    const endpoint = await gateway.listen(0);
    port = new URL(endpoint).port;
    base = await startMiniStackProcess({
      venv,
      folder,
      logFile: path.join(folder, "base.log"),
      environment: {},
    });
    gateway.useBase(base.url);
    aws = new Aws(endpoint, new Clock(1), warn);
    gateway.use(ecr(aws, pulledPrefix(id)));
    client = aws.client(sdk.ECRClient, identity("111111111111"));
    for (const repositoryName of ["team/web", "other"]) {
      await client.send(new sdk.CreateRepositoryCommand({ repositoryName }));
    }
    const foreign = aws.client(sdk.ECRClient, identity("222222222222"));
    await foreign.send(new sdk.CreateRepositoryCommand({ repositoryName: "team/web" }));
    daemon = await openDocker({ id, gatewayPort: Number(port), warn, relayImage: nodeImage });

    // Three layers, of which one is of many parts on the wire.
    await fs.writeFile(
      path.join(folder, "Dockerfile"),
      'FROM scratch\nCOPY a /a\nCOPY b /b\nCOPY c /c\nCMD ["/a"]\n',
    );
    await fs.writeFile(path.join(folder, "a"), id);
    await fs.writeFile(path.join(folder, "b"), randomBytes(30_000_000));
    await fs.writeFile(path.join(folder, "c"), `${id} c`);
    await succeed("build", "-q", "-t", tagged("team/web:1"), "-t", tagged("other:1"), folder);
  });
  after(async () => {
    for (const name of made) await docker(["image", "rm", name]);
    await daemon?.close();
    await base?.close();
    aws.close();
    await gateway.close();
    await fs.rm(folder, { recursive: true });
    await nothingLeft(daemon);
    const { stdout } = await promisify(execFile)("docker", [
      "images",
      "--digests",
      "--format",
      "{{.Repository}}",
    ]);
    assert.ok(!stdout.includes(`127.0.0.1:${port}`), stdout);
    assert.deepEqual(warnings, []);
  });

  const identity = (account: string) => ({
    account,
    region,
    arn: `arn:aws:iam::${account}:root`,
    credentials: { accessKeyId: account, secretAccessKey: "x" },
  });

  function tagged(name: string): string {
    made.add(`127.0.0.1:${port}/${name}`);
    return `127.0.0.1:${port}/${name}`;
  }

  /** Runs the command line that people use, with a configuration of its own. */
  async function docker(args: string[], input = ""): Promise<{ code: number; output: string }> {
    const env = { ...process.env, DOCKER_CONFIG: path.join(folder, "docker-config"), DOCKER_BUILDKIT: "0" };
    const child = spawn("docker", args, { env, stdio: "pipe" });
    child.stdin.end(input);
    const exit = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
    const output = (await Promise.all([text(child.stdout), text(child.stderr)])).join("");
    return { code: await exit, output };
  }

  async function succeed(...args: string[]): Promise<string> {
    const { code, output } = await docker(args);
    assert.equal(code, 0, output);
    return output;
  }

  async function login(account: string): Promise<void> {
    const { password } = await ecrLogin(aws, identity(account));
    const args = ["login", "--username", "AWS", "--password-stdin", `127.0.0.1:${port}`];
    const { code, output } = await docker(args, password);
    assert.equal(code, 0, output);
  }

  it("asks for ECR's token, and refuses what is none", async () => {
    const without = await docker(["push", tagged("team/web:1")]);
    assert.equal(without.code, 1);
    assert.match(without.output, /no basic auth credentials/);
    const wrong = await docker(["login", "-u", "AWS", "--password-stdin", `127.0.0.1:${port}`], "secret");
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /failed with status: 400 Bad Request/);
  });

  it("pushes several layers, with one digest for Docker, for ECR and for a pull", async () => {
    await login("111111111111");
    const output = await succeed("push", tagged("team/web:1"));
    pushed = /digest: (sha256:\w+)/.exec(output)?.[1] ?? "";
    const { imageDetails } = await client.send(new sdk.DescribeImagesCommand({ repositoryName: "team/web" }));
    assert.deepEqual(
      imageDetails?.map(({ imageDigest, imageTags }) => [imageDigest, imageTags]),
      [[pushed, ["1"]]],
    );
    const before = await succeed("image", "inspect", "-f", "{{.Id}}", tagged("team/web:1"));
    // The other name keeps the image alive otherwise.
    await succeed("image", "rm", tagged("team/web:1"), tagged("other:1"));
    const reference = tagged(`team/web@${pushed}`);
    await succeed("pull", reference);
    assert.equal(await succeed("image", "inspect", "-f", "{{.Id}}", reference), before);
  });

  it("takes layers from another repository, and says when all are there", async () => {
    await succeed("tag", tagged(`team/web@${pushed}`), tagged("other:1"));
    assert.match(await succeed("push", tagged("other:1")), /Mounted from team\/web/);
    assert.match(await succeed("push", tagged("other:1")), /Layer already exists/);
  });

  it("refuses a tag that is taken in an immutable repository, and a repository that is not there", async () => {
    await client.send(
      new sdk.PutImageTagMutabilityCommand({ repositoryName: "team/web", imageTagMutability: "IMMUTABLE" }),
    );
    await fs.writeFile(path.join(folder, "a"), "changed");
    await succeed("build", "-q", "-t", tagged("team/web:1"), "-t", tagged("nowhere:1"), folder);
    const taken = await docker(["push", tagged("team/web:1")]);
    assert.equal(taken.code, 1);
    assert.match(taken.output, /tag invalid: .*immutable/);
    const nowhere = await docker(["push", tagged("nowhere:1")]);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.output, /name unknown/);
  });

  it("gives an account its own registry only", async () => {
    await login("222222222222");
    await succeed("image", "rm", tagged("team/web:1"));
    const foreign = await docker(["pull", tagged("team/web:1")]);
    assert.equal(foreign.code, 1);
    assert.match(foreign.output, /manifest unknown|not found/);
    const { username, password } = await ecrLogin(aws, identity("222222222222"));
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const ask = async (host: string) => {
      const url = `http://127.0.0.1:${port}/v2/team/web/manifests/1`;
      const answer = await request(url, { headers: { host, authorization } });
      await answer.body.dump();
      return answer.statusCode;
    };
    assert.equal(await ask(`111111111111.dkr.ecr.${region}.amazonaws.com`), 403);
    assert.equal(await ask("222222222222.dkr.ecr.us-east-1.amazonaws.com"), 403);
    assert.equal(await ask(`222222222222.dkr.ecr.${region}.amazonaws.com`), 404);
  });

  it("pulls for a rehearsal under a name of its own, and says ECR's digest", async () => {
    const registry = `111111111111.dkr.ecr.${region}.amazonaws.com`;
    const image = await provideImage(daemon, aws, `${registry}/team/web@${pushed}`, identity("111111111111"));
    assert.equal(image.digest, pushed);
    assert.equal(image.name, `127.0.0.1:${port}/greenroom/${id}/team/web@${pushed}`);
    const byTag = await provideImage(daemon, aws, `${registry}/team/web:1`, identity("111111111111"));
    assert.equal(byTag.digest, pushed);
    await assert.rejects(
      provideImage(daemon, aws, `${registry}/team/web:2`, identity("111111111111")),
      /^ImageUnavailableError: the image 111111111111\.dkr.*\/team\/web:2 is not there and cannot be pulled: manifest .*/,
    );
    await assert.rejects(
      provideImage(daemon, aws, `${registry}/team/web:1`, identity("222222222222")),
      /222222222222 in eu-west-1 pulls from its own/,
    );
  });
});
