import assert from "node:assert/strict";
import { ecsService } from "../../infra/definitions";
import { services } from "../../infra/services";
import { root } from "../checkout";
import { readTree, type Tree } from "../local-aws/codepipeline/tree";
import { checkOwed, checkRunsAsProcess } from "./owed";

const shop = ecsService({ healthCheckPath: "/health", name: "shop" });
const usual = { "imageDetail.json": true, "release.json": true, "buildspec.integration.yml": true };

/** A shop whose artifact has these files. */
function tree(files: readonly string[], more: Record<string, string> = {}, base = "services/shop"): Tree {
  const texts: Record<string, string> = {
    "services/shop/buildspec.yml": [
      "version: 0.2",
      "phases: { build: { commands: [./build.sh] } }",
      `artifacts: { base-directory: ${base}, files: ${JSON.stringify(files)} }`,
    ].join("\n"),
    "services/shop/buildspec.integration.yml": "version: 0.2\nphases: { build: { commands: [./test.sh] } }",
    ...more,
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      { data: new TextEncoder().encode(text), mode: 0o644 },
    ]),
  );
}

const dockerfile = (...lines: string[]) => tree([], { "services/shop/Dockerfile": lines.join("\n") });

describe("what a build owes the pipeline, before the first one", () => {
  it("is there in every service of this repository", async () => {
    const all = await readTree(root);
    assert.ok(services.length > 0);
    for (const service of services) {
      checkOwed(all, service);
      checkRunsAsProcess(all, service);
    }
  });

  it("may be given by patterns", () => {
    for (const files of [Object.keys(usual), ["**/*"], ["*.json", "./*.yml"]])
      assert.doesNotThrow(() => checkOwed(tree(files), shop), files.join(" "));
  });

  for (const missing of Object.keys(usual))
    it(`is refused without ${missing}, with file and fix`, () => {
      const files = Object.keys(usual).filter((name) => name !== missing);
      assert.throws(() => checkOwed(tree(files), shop), {
        name: "ServiceFileError",
        message: new RegExp(
          `^services/shop/buildspec\\.yml: artifacts\\.files has no ${missing.replaceAll(".", "\\.")} \\(.*\\): add it`,
        ),
      });
    });

  it("is refused without a buildspec, or with one that CodeBuild refuses", () => {
    const { "services/shop/buildspec.yml": _, ...none } = tree([]);
    assert.throws(
      () => checkOwed(none, shop),
      /^ServiceFileError: services\/shop\/buildspec\.yml is missing/,
    );
    const wrong = tree([], { "services/shop/buildspec.yml": "version: 0.2\nphase: {}" });
    assert.throws(() => checkOwed(wrong, shop), /services\/shop\/buildspec\.yml.*phase/);
  });

  it("needs the integration tests' buildspec, unless the build makes it elsewhere", () => {
    const all = tree(Object.keys(usual));
    const { "services/shop/buildspec.integration.yml": _, ...none } = all;
    assert.throws(() => checkOwed(none, shop), /services\/shop\/buildspec\.integration\.yml is missing/);
    const { "services/shop/buildspec.integration.yml": __, ...made } = tree(Object.keys(usual), {}, "out");
    assert.doesNotThrow(() => checkOwed(made, shop));
  });
});

describe("a service that runs as processes", () => {
  const refused = (...lines: string[]) =>
    assert.throws.bind(assert, () => checkRunsAsProcess(dockerfile(...lines), shop));

  it("is refused before its build for a base that nothing stands in for, with its line", () => {
    refused(
      "FROM golang:1.19-bookworm AS build",
      "RUN go build",
      "FROM scratch",
      "COPY --from=build /a /a",
    )({
      name: "ServiceFileError",
      message:
        "services/shop/Dockerfile line 3: FROM scratch: this machine stands in for node and python base images only; use " +
        "--containers docker",
    });
    refused(
      "ARG GO=1.19",
      "FROM golang:$GO AS build",
      "FROM node:22",
      "COPY --from=build /a /a",
    )({ message: /^services\/shop\/Dockerfile line 2: FROM golang:1\.19: / });
    refused(
      "FROM node:22",
      "RUN apt-get install jq",
    )({ message: /Dockerfile line 2: RUN: "apt-get" installs/ });
  });

  it("is refused for a language of its builds that nothing stands in for", () => {
    const buildspec = (runtime: string) => ({
      "services/shop/buildspec.yml": {
        data: Buffer.from(
          `version: 0.2\nphases:\n  install:\n    runtime-versions:\n      ${runtime}\n    commands: [ls]\n`,
        ),
        mode: 0o100644,
      },
    });
    assert.throws(() => checkRunsAsProcess(buildspec("golang: 1.24"), shop), {
      name: "ServiceFileError",
      message:
        "services/shop/buildspec.yml: phases.install.runtime-versions.golang: builds have nodejs and python here; leave it " +
        "out where nothing needs it, or use --containers docker",
    });
    assert.doesNotThrow(() => checkRunsAsProcess(buildspec("nodejs: 22"), shop));
  });

  it("may have a stage that its image does not need, and bases of its own registry", () => {
    for (const lines of [
      ["FROM hadolint/hadolint AS lint", "FROM node:22"],
      ["FROM 111111111111.dkr.ecr.us-east-1.amazonaws.com/base:1"],
      ["FROM public.ecr.aws/docker/library/python:3.13-slim AS a", "FROM a"],
    ])
      assert.doesNotThrow(() => checkRunsAsProcess(dockerfile(...lines), shop), lines.join());
    assert.doesNotThrow(() => checkRunsAsProcess(tree([]), shop));
  });
});
