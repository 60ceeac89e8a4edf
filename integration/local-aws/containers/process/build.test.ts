import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { OpenRooms } from "./rooms/open";
import { nodeBase } from "./bases/node";
import { build, type BuildOptions } from "./build";
import type { Image } from "./image";
import { assemble, LayerStore } from "./layer-store";
import { folderOf, ownNode } from "./testing";
import { list } from "./tree";

describe("building an image", () => {
  let work: string;
  let output: string;
  before(async () => void (work = await folderOf({})));
  after(() => fs.rm(work, { recursive: true, force: true }));
  beforeEach(() => void (output = ""));

  let count = 0;
  async function make(
    dockerfile: string[],
    files: Record<string, string> = {},
    more: Partial<BuildOptions> = {},
  ): Promise<Image> {
    const context = await folderOf(files);
    const folder = path.join(work, `build-${++count}`);
    try {
      return await build({
        context,
        dockerfile: dockerfile.join("\n"),
        ignore: "",
        buildArgs: new Map(),
        labels: new Map(),
        folder,
        store: new LayerStore(path.join(work, `layers-${count}`)),
        packageCache: path.join(work, "npm"),
        rooms: new OpenRooms("http://127.0.0.1:1", "not needed here"),
        readable: [],
        bases: [nodeBase(ownNode)],
        findImage: () => Promise.reject(new Error("not here")),
        tell: (text) => (output += text),
        signal: new AbortController().signal,
        ...more,
      });
    } finally {
      await fs.rm(context, { recursive: true });
    }
  }

  async function filesOf(image: Image): Promise<Record<string, string>> {
    const root = path.join(work, `root-${++count}`);
    await assemble(image.layers, root);
    const files = (await list(root)).filter(({ type }) => type === "file");
    return Object.fromEntries(
      await Promise.all(
        files.map(async ({ path: at }) => [at, await fs.readFile(path.join(root, at), "utf8")]),
      ),
    );
  }

  it("runs the stages that the last one needs and keeps only its files", async () => {
    const image = await make(
      [
        "FROM node:22 AS unused",
        "RUN exit 1",
        "FROM public.ecr.aws/docker/library/node:22-alpine AS build",
        "WORKDIR /app",
        "COPY package*.json ./",
        "COPY src ./src",
        "RUN mkdir dist && cat src/*.js > dist/main.js && rm src/b.js",
        "FROM node:22-alpine",
        "WORKDIR /app",
        "ARG VERSION=dev",
        "ENV NODE_ENV=production VERSION=$VERSION",
        "COPY --chown=node:node --from=build /app/dist ./dist",
        "COPY --from=build /app/src/a.js one.js",
        "USER node",
        "EXPOSE 8080",
        "STOPSIGNAL SIGINT",
        "LABEL b=2 a=1",
        "HEALTHCHECK --interval=1m30s --retries=2 CMD node check.js",
        'CMD ["node", "dist/main.js"]',
      ],
      { "package.json": "{}", "src/a.js": "a", "src/b.js": "b", secret: "s" },
      { buildArgs: new Map([["VERSION", "v7"]]), labels: new Map([["from", "command"]]) },
    );
    assert.deepEqual(await filesOf(image), { "app/dist/main.js": "ab", "app/one.js": "a" });
    const { Env, Labels, ...config } = image.config.config;
    assert.deepEqual(Env.slice(2), ["NODE_ENV=production", "VERSION=v7"]);
    assert.deepEqual(
      { from: Labels?.from, a: Labels?.a, runtime: Labels?.["greenroom.containers"] },
      { from: "command", a: "1", runtime: "process" },
    );
    assert.match(Labels?.["greenroom.base"] ?? "", /^node:22-alpine: Node\.js \d/);
    assert.deepEqual(JSON.parse(JSON.stringify(config)), {
      WorkingDir: "/app",
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["node", "dist/main.js"],
      User: "node",
      ExposedPorts: { "8080/tcp": {} },
      StopSignal: "SIGINT",
      Healthcheck: { Test: ["CMD-SHELL", "node check.js"], Interval: 90e9, Retries: 2 },
    });
    assert.match(output, /--chown is ignored/);
    assert.doesNotMatch(output, /unused/);
  });

  it("gives the same digest for the same content", async () => {
    const dockerfile = [
      "FROM node:22",
      "WORKDIR /app",
      "COPY . .",
      "RUN node -e \"fs.writeFileSync('b', 'x')\"",
    ];
    const one = await make(dockerfile, { a: "1" });
    const two = await make(dockerfile, { a: "1" });
    const other = await make(dockerfile, { a: "2" });
    assert.equal(one.digest, two.digest);
    assert.notEqual(one.digest, other.digest);
  });

  it("takes layers from the cache until something differs", async () => {
    const store = new LayerStore(path.join(work, "shared"));
    const dockerfile = (version: string) => [
      "FROM node:22",
      "WORKDIR /app",
      "COPY package.json .",
      "RUN echo ran-install > installed",
      "COPY . .",
      `ENV VERSION=${version}`,
      "RUN echo $VERSION > built",
    ];
    await make(dockerfile("1"), { "package.json": "{}", a: "1" }, { store });
    output = "";
    const image = await make(dockerfile("2"), { "package.json": "{}", a: "2" }, { store });
    assert.equal(output.match(/CACHED/g)?.length, 3, output);
    assert.deepEqual(await filesOf(image), {
      "app/a": "2",
      "app/built": "2\n",
      "app/installed": "ran-install\n",
      "app/package.json": "{}",
    });
    output = "";
    assert.equal(
      (await make(dockerfile("2"), { "package.json": "{}", a: "2" }, { store })).digest,
      image.digest,
    );
    assert.equal(output.match(/CACHED/g)?.length, 5, output);
    await make(dockerfile("2"), { "package.json": '{"x":1}', a: "2" }, { store });
    assert.equal(output.match(/CACHED/g)?.length, 6, output);
  });

  it("does not let a command see the build's credentials", async () => {
    process.env.AWS_SECRET_ACCESS_KEY = "very-secret";
    try {
      const image = await make(["FROM node:22", "WORKDIR /app", "ARG GIVEN=yes", "RUN env > seen"]);
      const seen = (await filesOf(image))["app/seen"] ?? "";
      assert.doesNotMatch(seen, /very-secret|AWS_|GREENROOM/);
      assert.match(seen, /^GIVEN=yes$/m);
      assert.match(seen, new RegExp(`^HOME=${work}.*/root$`, "m"));
    } finally {
      delete process.env.AWS_SECRET_ACCESS_KEY;
    }
  });

  it("keeps what .dockerignore names out of the context", async () => {
    const files = {
      "src/a.ts": "a",
      "src/a.test.ts": "t",
      "node_modules/x/index.js": "x",
      "docs/one.md": "1",
      "docs/two.md": "2",
    };
    const image = await make(["FROM node:22", "COPY . /app/"], files, {
      ignore: "node_modules\n**/*.test.ts\n# comment\ndocs\n!docs/two.md\n",
    });
    assert.deepEqual(await filesOf(image), { "app/docs/two.md": "2", "app/src/a.ts": "a" });
  });

  it("copies files as Docker does", async () => {
    const files = { "a.txt": "a", "b.txt": "b", "d/c.txt": "c", "d/e/f": "f" };
    const image = await make(
      [
        "FROM node:22",
        "WORKDIR /w",
        "COPY ?.txt one/",
        "COPY a.txt two",
        "COPY d three",
        "COPY [ab].txt d/c.txt ./",
        "ADD d/e .",
        "COPY a.txt one",
      ],
      files,
    );
    assert.deepEqual(Object.keys(await filesOf(image)), [
      "w/a.txt",
      "w/b.txt",
      "w/c.txt",
      "w/f",
      "w/one/a.txt",
      "w/one/b.txt",
      "w/three/c.txt",
      "w/three/e/f",
      "w/two",
    ]);
  });

  it("builds on an earlier stage and on an image that is here", async () => {
    const base = await make([
      "FROM node:22 AS base",
      "WORKDIR /app",
      "RUN echo 1 > one && echo 0 > zero",
      "FROM base",
      "RUN rm zero",
    ]);
    assert.deepEqual(await filesOf(base), { "app/one": "1\n" });
    const image = await make(
      ["ARG BASE=mine:1", "FROM ${BASE}", "RUN cp one two"],
      {},
      { findImage: () => Promise.resolve(base) },
    );
    assert.deepEqual(await filesOf(image), { "app/one": "1\n", "app/two": "1\n" });
  });

  it("builds the target that is asked for", async () => {
    const dockerfile = ["FROM node:22 AS one", "ENV N=1", "FROM node:22 AS two", "RUN exit 3"];
    const image = await make(dockerfile, {}, { target: "one" });
    assert.ok(image.config.config.Env.includes("N=1"));
    await assert.rejects(
      make(dockerfile, {}, { target: "three" }),
      /target stage "three" could not be found/,
    );
  });

  const refused: [lines: string[], message: RegExp][] = [
    [
      ["FROM nginx:1"],
      /line 1: FROM nginx:1: .*stands in for node and python base images only; use --containers docker/,
    ],
    [["FROM scratch"], /line 1: FROM scratch: .*--containers docker/],
    [["FROM 111111111111.dkr.ecr.us-east-1.amazonaws.com/x:1"], /line 1: FROM .*: not here/],
    [["FROM --platform=linux/s390x node"], /line 1: platform linux\/s390x is not this machine's/],
    [["FROM node", "RUN apk add curl"], /line 2: RUN: "apk" installs system packages.*--containers docker/],
    [
      ["FROM node", "RUN exit 7"],
      /line 2: process "\/bin\/sh -c exit 7" did not complete successfully: exit code: 7/,
    ],
    [["FROM node", 'RUN ["no-such-program"]'], /line 2: RUN .* could not be started/],
    [["FROM node", "COPY absent ."], /line 2: "\/absent": not found/],
    [["FROM node", "COPY ../x ."], /line 2: "..\/x" is a forbidden path outside the build context/],
    [["FROM node", "COPY --from=node:20 /x ."], /line 2: COPY --from=node:20: .*no content of base images/],
    [["FROM node", "ADD https://example.com/x ."], /line 2: ADD https.*only files of the build context/],
    [["FROM node", "ADD x.tar.gz ."], /line 2: ADD x.tar.gz would unpack/],
    [["FROM node", "STOPSIGNAL SIGNO"], /line 2: STOPSIGNAL SIGNO is none of/],
    [["FROM node", 'SHELL ["pwsh"]'], /line 2: SHELL .* only sh and bash/],
    [["FROM node", "EXPOSE web"], /line 2: EXPOSE web: not a port/],
    [["FROM node", "CMD node /srv/x.js"], /line 2: CMD: \/srv\/x.js is an absolute path/],
    [["FROM node", "HEALTHCHECK --interval=soon CMD x"], /line 2: "soon" is not a duration/],
    [["FROM node", "ENV A=${B?x}"], /line 2: \$\{B\?x\} is not supported/],
  ];
  for (const [lines, message] of refused) {
    it(`is refused: ${lines.at(-1)}`, () => assert.rejects(make(lines), message));
  }

  it("stops a command when the build is stopped", async () => {
    const stop = new AbortController();
    const begun = Date.now();
    const built = make(
      ["FROM node:22", "RUN echo started; sleep 20"],
      {},
      {
        signal: stop.signal,
        tell: (text) =>
          text.includes("started\n") && !text.includes("RUN") && stop.abort(new Error("stopped")),
      },
    );
    await assert.rejects(built, /stopped/);
    assert.ok(Date.now() - begun < 5000);
  });
});
