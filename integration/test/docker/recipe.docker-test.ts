import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { root } from "../../checkout";
import { imagesToPull } from "../../local-aws/containers/docker/daemon";
import { greenroom } from "../command";
import { examples, followRecipe } from "../recipe";

const bases = ["golang:1.19-bookworm", "debian:bookworm-slim"];

describe("a service in Go by docs/add-a-service.md", function () {
  this.timeout(400_000);
  const { service } = examples.Go;
  let checkout: string;
  before(async function () {
    // Made by images/build.sh, or pulled: tests pull nothing.
    if ((await imagesToPull(bases)).length > 0) this.skip();
    checkout = await mkdtemp(path.join(os.tmpdir(), "greenroom-recipe-"));
    await followRecipe(checkout, examples.Go);
    await mkdir(path.join(checkout, ".greenroom"));
    for (const name of ["base", "cache"])
      await symlink(path.join(root, ".greenroom", name), path.join(checkout, ".greenroom", name), "junction");
  });
  after(async () => {
    if (checkout) await rm(checkout, { recursive: true, force: true, maxRetries: 5 });
  });

  const rehearse = (containers: "docker" | "process") =>
    greenroom(
      [
        "rehearse",
        "--port",
        "0",
        "--service",
        service,
        "--scenario",
        "good-release",
        "--containers",
        containers,
      ],
      { checkout },
    );

  it("is refused without Docker, before its build", async () => {
    const { code, stdout, stderr } = await rehearse("process");
    assert.equal(code, 2, stdout);
    assert.match(
      stderr,
      /services\/words\/Dockerfile line 7: FROM debian:bookworm-slim: this machine stands in for node and python base images only; use --containers docker/,
    );
    assert.doesNotMatch(stderr, /Build …/);
  });

  it("goes from commit to production, and is safe in both environments", async () => {
    const { code, stdout, stderr } = await rehearse("docker");
    assert.equal(code, 0, stdout + stderr);
    for (const environment of ["staging", "prod   "])
      assert.match(stdout, new RegExp(`${environment} [0-9a-f]{12}: safe`));
  });
});
