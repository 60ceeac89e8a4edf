import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { baseImages, imagesOf } from "./build-bases";

const lines = (...all: string[]) => all.join("\n");

describe("the images that Dockerfiles build on", () => {
  it("are those of FROM and of COPY --from, by their full names", () => {
    const file = lines("FROM node:22 AS build", "FROM quay.io/x/y", "COPY --from=nginx:1 /a /b", "RUN true");
    assert.deepEqual(imagesOf(file), ["node:22", "quay.io/x/y:latest", "nginx:1"]);
  });

  it("are not the file's own stages, nor scratch", () => {
    const file = lines(
      "FROM scratch AS one",
      "FROM one AS two",
      "FROM Two",
      "COPY --from=0 /a /b",
      "COPY --from=one /a /b",
    );
    assert.deepEqual(imagesOf(file), []);
  });

  it("have the defaults of their variables, and are left out where there is none", () => {
    const file = lines(
      "ARG TAG=22",
      "ARG BASE",
      "FROM node:${TAG}",
      "FROM ${BASE}",
      "FROM ${OTHER:-debian:12}",
    );
    assert.deepEqual(imagesOf(file), ["node:22", "debian:12"]);
  });

  it("are nothing in what is no Dockerfile", () => {
    assert.deepEqual(imagesOf("hello ${ world"), []);
    assert.deepEqual(imagesOf(""), []);
  });

  it("are found in all folders but those of packages", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-bases-"));
    const files = [
      "Dockerfile",
      "a/web.Dockerfile",
      "a/b/Dockerfile.dev",
      "node_modules/x/Dockerfile",
      "a/Dockerfiles",
    ];
    for (const [index, file] of files.entries()) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), `FROM image-${index}`);
    }
    const found = await baseImages(folder);
    await rm(folder, { recursive: true });
    assert.deepEqual(found.sort(), ["image-0:latest", "image-1:latest", "image-2:latest"]);
  });
});
