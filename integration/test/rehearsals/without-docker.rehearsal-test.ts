import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { root } from "../../checkout";
import { greenroom } from "../command";
import { examples, followRecipe } from "../recipe";

describe("a service in Go by docs/add-a-service.md", function () {
  this.timeout(400_000);
  const { service } = examples.Go;
  let checkout: string;
  before(async () => {
    checkout = await mkdtemp(path.join(os.tmpdir(), "greenroom-recipe-"));
    await followRecipe(checkout, examples.Go);
    await mkdir(path.join(checkout, ".greenroom"));
    for (const name of ["base", "cache"])
      await symlink(path.join(root, ".greenroom", name), path.join(checkout, ".greenroom", name), "junction");
  });
  after(() => rm(checkout, { recursive: true, force: true, maxRetries: 5 }));

  it("is refused without Docker, before its build", async () => {
    const { code, stdout, stderr } = await greenroom(
      ["rehearse", "--port", "0", "--service", service, "--containers", "process"],
      { checkout },
    );
    assert.equal(code, 2, stdout);
    assert.match(
      stderr,
      /services\/words\/Dockerfile line 7: FROM debian:bookworm-slim: this machine stands in for node and python base images only; use --containers docker/,
    );
    assert.doesNotMatch(stderr, /Build …/);
  });
});
