import assert from "node:assert/strict";
import { parseDockerfile } from "./dockerfile";

describe("a Dockerfile", () => {
  it("is read with its stages, flags, forms and lines", () => {
    const { globals, stages } = parseDockerfile(
      [
        "# syntax=docker/dockerfile:1",
        "ARG NODE=22",
        "FROM --platform=linux/amd64 node:${NODE} AS Build",
        "RUN npm ci \\",
        "    # not part of it",
        "    && npm test",
        "FROM node:22",
        "ENV A=1 \\",
        '    B="two words"',
        "ENV OLD style value",
        "ARG X Y=2",
        'COPY --from=build --chown=node ["a b", "./"]',
        'CMD ["node", "dist/main.js"]',
        "CMD node dist/main.js",
      ].join("\n"),
    );
    assert.deepEqual(
      globals.map(({ pairs }) => pairs),
      [[["NODE", "22"]]],
    );
    const [build, last] = stages;
    assert.equal(build?.name, "build");
    assert.equal(build?.from.flags.get("platform"), "linux/amd64");
    assert.equal(build?.instructions[0]?.text.replace(/\s+/g, " "), "npm ci && npm test");
    assert.equal(last?.name, undefined);
    assert.deepEqual(
      last?.instructions.map(({ line }) => line),
      [8, 10, 11, 12, 13, 14],
    );
    const [env, old, arg, copy, exec, shell] = last?.instructions ?? [];
    assert.deepEqual(env?.pairs, [
      ["A", "1"],
      ["B", '"two words"'],
    ]);
    assert.deepEqual(old?.pairs, [["OLD", "style value"]]);
    assert.deepEqual(arg?.pairs, [
      ["X", undefined],
      ["Y", "2"],
    ]);
    assert.deepEqual(copy?.json, ["a b", "./"]);
    assert.deepEqual(Object.fromEntries(copy?.flags ?? []), { from: "build", chown: "node" });
    assert.deepEqual(exec?.json, ["node", "dist/main.js"]);
    assert.equal(shell?.json, undefined);
  });

  const refused: [instruction: string, message: RegExp][] = [
    ["VOLUME /data", /^Dockerfile line 2: VOLUME is not supported: .* --containers docker$/],
    ["ONBUILD RUN x", /^Dockerfile line 2: ONBUILD is not supported: .* --containers docker$/],
    ["MAINTAINER me", /use LABEL/],
    ["FETCH x", /^Dockerfile line 2: unknown instruction FETCH$/],
    ["COPY --chmod=755 a b", /COPY --chmod is not supported .* --containers docker$/],
    ["COPY --exclude=x a b", /COPY --exclude is not supported/],
    ["RUN --mount=type=secret,id=x cat x", /only type=cache; .* --containers docker$/],
    ["RUN --network=host ls", /--network=host is not supported/],
    ["RUN --security=insecure ls", /RUN --security is not supported/],
    ["RUN <<EOF\nls\nEOF", /here-documents are not supported/],
    ["RUN", /RUN has no arguments/],
    ["FROM node AS", /FROM is "FROM image AS name"/],
  ];
  for (const [instruction, message] of refused) {
    it(`is refused with ${instruction.split("\n")[0]}`, () => {
      assert.throws(() => parseDockerfile(`FROM node:22\n${instruction}\n`), {
        name: "DockerfileError",
        message,
      });
    });
  }

  it("is refused without FROM, or with something before it", () => {
    assert.throws(() => parseDockerfile("RUN x"), /line 1: no FROM/);
    assert.throws(() => parseDockerfile("RUN x\nFROM node"), /line 1: RUN before the first FROM/);
  });
});
