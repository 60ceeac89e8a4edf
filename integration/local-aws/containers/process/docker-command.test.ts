import assert from "node:assert/strict";
import fs from "node:fs/promises";
import { nodeBase } from "./bases/node";
import path from "node:path";
import { dockerCommand } from "./docker-command";
import { OpenRooms } from "./rooms/open";
import { DockerDaemon } from "./docker-daemon";
import { LayerStore } from "./layer-store";
import { FakeEcr, folderOf, ownNode } from "./testing";

describe("the docker command", () => {
  const registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com";
  const image = `${registry}/team/api:v1`;
  let ecr: FakeEcr;
  let work: string;
  let daemon: DockerDaemon;

  beforeEach(async () => {
    ecr = await new FakeEcr().listen();
    work = await folderOf({
      "context/Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY a .\nUSER node\n",
      "context/a": "1",
    });
    daemon = newDaemon("one");
  });
  afterEach(async () => {
    await ecr.close();
    await fs.rm(work, { recursive: true, force: true });
  });

  function newDaemon(name: string): DockerDaemon {
    const folder = path.join(work, name);
    return new DockerDaemon({
      endpoint: ecr.endpoint,
      folder,
      contexts: path.join(work, "context"),
      packageCache: folder,
      rooms: new OpenRooms(ecr.endpoint, "not needed here"),
      readable: [],
      store: new LayerStore(folder),
      bases: [nodeBase(ownNode)],
    });
  }

  async function docker(argv: string[], { stdin = "", on = daemon } = {}) {
    let [out, err] = ["", ""];
    const exit = await dockerCommand(on, {
      argv,
      cwd: path.join(work, "context"),
      stdin,
      out: (text) => (out += text),
      err: (text) => (err += text),
      signal: new AbortController().signal,
    });
    return { exit, out, err };
  }
  const login = (on = daemon) =>
    docker(["login", "-u", "AWS", "--password-stdin", registry], { stdin: "secret\n", on });

  it("builds, pushes, and tells the digest that the registry has", async () => {
    assert.equal((await docker(["build", "-t", image, "--tag", "other:1", "."])).exit, 0);
    assert.deepEqual(await login(), { exit: 0, out: "Login Succeeded\n", err: "" });
    const { exit, out } = await docker(["push", image]);
    assert.equal(exit, 0);
    const [, digest, size] = /\nv1: digest: (sha256:[a-f0-9]{64}) size: (\d+)\n$/.exec(out) ?? [];
    assert.equal(ecr.content.get(`${registry}/team/api ${digest}`)?.length, Number(size));
    assert.equal(out.match(/: Pushed$/gm)?.length, 2);
    const inspected = await docker(["inspect", "--format", "{{index .RepoDigests 0}}", image]);
    assert.equal(inspected.out, `${registry}/team/api@${digest}\n`);
    assert.equal((await docker(["image", "inspect", "-f", "u={{.Config.User}}", "other:1"])).out, "u=node\n");
    const json = await docker(["inspect", "-f", "{{json .RepoTags}}", image]);
    assert.deepEqual(JSON.parse(json.out), [image, "other:1"]);

    ecr.requests.length = 0;
    const again = await docker(["push", image]);
    assert.equal(again.out.match(/Layer already exists/g)?.length, 2);
    assert.deepEqual(
      ecr.requests.filter((request) => request.startsWith("POST")),
      [],
    );
  });

  it("pulls what another build pushed", async () => {
    await docker(["build", "-t", image, "."]);
    await login();
    await docker(["push", image]);
    const other = newDaemon("other");
    await login(other);
    const pulled = await docker(["pull", image], { on: other });
    assert.match(pulled.out, /^Digest: sha256:.*\nStatus: Downloaded/);
    await docker(["tag", image, "mine:2"], { on: other });
    const ids = [
      await docker(["inspect", "-f", "{{.Id}}", image]),
      await docker(["inspect", "-f", "{{.Id}}", "mine:2"], { on: other }),
    ];
    assert.equal(ids[0]?.out, ids[1]?.out);
    assert.match((await docker(["images"], { on: other })).out, /^mine {3}2 {3}/m);
  });

  it("says why a tag cannot be pushed over", async () => {
    ecr.immutable = true;
    await login();
    await docker(["build", "-t", image, "."]);
    await docker(["push", image]);
    await docker(["build", "-t", image, "--label", "x=y", "."]);
    const { exit, err } = await docker(["push", image]);
    assert.equal(exit, 1);
    assert.match(
      err,
      /The image tag 'v1' already exists in the 'team\/api' repository .* the tag is immutable/,
    );
  });

  it("gives only the id with --quiet, and nothing of the cache with --no-cache", async () => {
    const { out, err } = await docker(["build", "-q", "-t", image, "."]);
    assert.match(out, /^sha256:[a-f0-9]{64}\n$/);
    assert.equal(err, "");
    assert.match((await docker(["build", "."])).err, /CACHED/);
    assert.doesNotMatch(
      (await docker(["build", "--no-cache", "--pull", "--platform", "linux/amd64", "."])).err,
      /CACHED/,
    );
  });

  const refused: [argv: string[], message: RegExp, stdin?: string][] = [
    [["compose", "up"], /^docker compose: not supported by the process runtime; use --containers docker\n$/],
    [["run", "node"], /^docker run: not supported/],
    [["buildx", "build", "."], /^docker buildx: not supported/],
    [
      ["build", "--ssh", "default", "."],
      /docker build: not supported by the process runtime: unknown option '--ssh'/,
    ],
    [["build", "--platform", "linux/s390x", "."], /platform linux\/s390x is not this machine's/],
    [["build", "https://example.com/x.git"], /builds from a folder, not from https/],
    [["build", "--build-arg", "A", "."], /"A" has no value/],
    [["build", "-t", "Bad Name", "."], /invalid reference format/],
    [["build", "-f", "none", "."], /failed to read dockerfile: open .*none/],
    [["build", "absent"], /unable to prepare context: path ".*absent" not found/],
    [["push", image], /does not exist locally/],
    [["pull", image], /no basic auth credentials/],
    [["pull", "nginx"], /reaches ECR registries only .* not docker.io; use --containers docker/],
    [["login", "-u", "AWS", "-p", "x", registry], /can be read by others; use --password-stdin/],
    [["login", "-u", "AWS", registry], /Must provide --username with --password-stdin/],
    [["login", "-u", "AWS", "--password-stdin", registry], /failed with status: 401/, "wrong"],
    [["login", "-u", "me", "--password-stdin", registry], /unauthorized: the user name of ECR is AWS/, "x"],
    [["login", "-u", "AWS", "--password-stdin", "ghcr.io"], /reaches ECR registries only/, "x"],
    [["inspect", "nothing:1"], /No such image: nothing:1/],
    [["version", "-f", "{{range .X}}"], /the template \{\{range .X\}\} is not supported/],
  ];
  for (const [argv, message, stdin] of refused) {
    it(`refuses docker ${argv.join(" ")}`, async () => {
      const { exit, err } = await docker(argv, { stdin });
      assert.equal(exit, 1);
      assert.match(err, message);
    });
  }
});
