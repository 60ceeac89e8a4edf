import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { strToU8, zipSync } from "fflate";
import { venv } from "../../../checkout";
import { Aws } from "../../core/aws";
import { Clock } from "../../core/clock";
import type { BuildRoom, ContainerRuntime } from "../../core/container-runtime";
import { OpenRooms } from "./rooms/open";
import { processRuntime } from "./runtime";
import { FakeEcr, folderOf, ownNode } from "./testing";

const host = "111111111111.dkr.ecr.us-east-1.amazonaws.com";

/** A package with a program, as `pip` takes it without any registry. */
const wheel = zipSync({
  "greet.py": strToU8("def main():\n    print('hello from greet')\n"),
  "greet-1.0.dist-info/METADATA": strToU8("Metadata-Version: 2.1\nName: greet\nVersion: 1.0\n"),
  "greet-1.0.dist-info/WHEEL": strToU8("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
  "greet-1.0.dist-info/entry_points.txt": strToU8("[console_scripts]\ngreet = greet:main\n"),
  "greet-1.0.dist-info/RECORD": strToU8(
    ["greet.py", "METADATA", "WHEEL", "entry_points.txt", "RECORD"]
      .map((name) => `${name === "greet.py" ? "" : "greet-1.0.dist-info/"}${name},,\n`)
      .join(""),
  ),
});

const server = `
import http.server, json, os, sys
import greet
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(json.dumps({"greet": greet.__file__, "path": sys.path}).encode())
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
`;

describe("Python in processes", function () {
  this.timeout(60_000);
  let ecr: FakeEcr;
  let work: string;
  let aws: Aws;
  let runtime: ContainerRuntime;

  before(async () => {
    assert.ok(typeof venv === "string", "these tests need Python 3.10 or newer");
    ecr = await new FakeEcr().listen();
    work = await folderOf({});
    aws = new Aws(ecr.endpoint, new Clock(1), assert.fail);
    runtime = processRuntime({
      folder: path.join(work, "run"),
      cacheFolder: path.join(work, "cache"),
      aws,
      gateway: ecr,
      rooms: new OpenRooms(ecr.endpoint, "not needed here"),
      nodes: ownNode,
      venvBin: path.join(venv, "bin"),
    });
  });
  after(async () => {
    await runtime.close();
    aws.close();
    await ecr.close();
    await fs.rm(work, { recursive: true, force: true });
  });

  async function run(room: BuildRoom, text: string): Promise<{ exitCode: number; told: string }> {
    const script = path.join(room.scratchDirectory.host, "script.sh");
    await fs.writeFile(script, text);
    let told = "";
    const signal = new AbortController().signal;
    const { exitCode } = await room.run({
      script,
      environment: {},
      onOutput: (more) => (told += more),
      signal,
    });
    return { exitCode, told };
  }

  const open = () =>
    runtime.openBuildRoom({
      id: "project:1",
      project: "arn:aws:codebuild:eu-west-1:111111111111:project/project",
      pullAs: aws.root("111111111111", "eu-west-1"),
      image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
      privileged: true,
      cacheModes: ["LOCAL_DOCKER_LAYER_CACHE"],
    });

  /** Builds and pushes an image of the server above; gives its URI by digest, and what the build said. */
  async function release(from = "python:3.99-slim", version = "1") {
    const room = await open();
    const { host: source } = room.sourceDirectory;
    const dockerfile = [
      `FROM ${from}`,
      "WORKDIR /app",
      "COPY greet-1.0-py3-none-any.whl ./",
      "RUN pip install --no-index --find-links . greet && greet",
      "COPY main.py ./",
      "USER nobody",
      "ARG VERSION",
      "ENV VERSION=$VERSION",
      'CMD ["python", "main.py"]',
    ];
    await fs.writeFile(path.join(source, "Dockerfile"), dockerfile.join("\n"));
    await fs.writeFile(path.join(source, "main.py"), server);
    await fs.writeFile(path.join(source, "greet-1.0-py3-none-any.whl"), wheel);
    const { exitCode, told } = await run(
      room,
      `set -e
      printf secret | docker login -u AWS --password-stdin ${host}
      docker build --build-arg VERSION=${version} -t ${host}/api:1 .
      docker push ${host}/api:1
      docker inspect -f '{{index .RepoDigests 0}}' ${host}/api:1 > uri`,
    );
    const uri = exitCode === 0 ? (await fs.readFile(path.join(source, "uri"), "utf8")).trim() : "";
    await room.close();
    return { uri, told, exitCode };
  }

  it("images install into themselves, and run where they are unpacked", async () => {
    const { uri, told } = await release();
    assert.match(told, /note: Python 3\.\d+\.\d+ stands in for python:3\.99-slim/);
    assert.match(told, /hello from greet/);
    const container = await runtime.start({
      name: "api/1",
      image: uri,
      pullAs: aws.root("111111111111", "us-east-1"),
      environment: {},
      containerPorts: [8080],
      stopTimeoutSeconds: 5,
      onLine: () => undefined,
    });
    const address = container.address(8080);
    const seen = await answer(`http://${address.host}:${address.port}/`);
    assert.ok(seen.greet.startsWith(path.join(work, "run", "containers", "running")), seen.greet);
    const strangers = seen.path.filter((one) => one.includes("site-packages") && !one.startsWith(work));
    assert.deepEqual(strangers, []);
    await container.stop();
    const gap = runtime.limits().filter((one) => one.startsWith("Python"));
    assert.match(gap.join(), /^Python: AWS would use 3\.99; here it was 3\.\d+: not proven\.$/);
  });

  it("give the same image for the same build with its cache, and another for another version", async () => {
    const [one, same, other] = [await release(), await release(), await release(undefined, "2")];
    assert.match(same.told, /CACHED/);
    assert.equal(one.uri, same.uri);
    assert.notEqual(one.uri, other.uri);
  });

  it("builds have a Python of their own, and cannot touch the local AWS's", async () => {
    const room = await open();
    await fs.writeFile(path.join(room.sourceDirectory.host, "greet-1.0-py3-none-any.whl"), wheel);
    const { exitCode, told } = await run(
      room,
      `set -e
      python --version; python3 -c 'import sys; print(sys.prefix)'
      pip install --no-index ./greet-1.0-py3-none-any.whl
      greet
      pip uninstall -y awscli || true
      aws --version`,
    );
    await room.close();
    assert.equal(exitCode, 0, told);
    assert.match(told, new RegExp(`^${work}/run/containers/builds/.*/python$`, "m"));
    assert.match(told, /hello from greet/);
    assert.match(told, /Skipping awscli as it is not installed/);
    assert.match(told, /aws-cli\//);
    const next = await open();
    assert.notEqual((await run(next, "greet")).exitCode, 0);
    await next.close();
  });

  it("says what it cannot do", async () => {
    const { exitCode, told } = await release("golang:1.25");
    assert.equal(exitCode, 1);
    assert.match(
      told,
      /FROM golang:1\.25: this machine stands in for node and python base images only; use --containers docker/,
    );
  });
});

async function answer(url: string): Promise<{ greet: string; path: string[] }> {
  for (let tries = 0; ; tries++) {
    try {
      return (await (await fetch(url)).json()) as { greet: string; path: string[] };
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
