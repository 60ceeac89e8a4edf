import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Nodes } from "./nodes";

describe("versions of Node.js", () => {
  let folder: string;
  let fetched: string[];
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "nodes-test-"));
    fetched = [];
  });
  afterEach(() => fs.rm(folder, { recursive: true }));
  const nodes = (fetch?: (folder: string, wanted: string) => Promise<string>) =>
    new Nodes(
      folder,
      (said) => fetched.push(said),
      "20.20.2",
      fetch ?? ((_, wanted) => Promise.resolve(`${wanted}.9.9`)),
    );

  it("are this machine's where that is the one, and where none is asked for", async () => {
    for (const wanted of [undefined, "20", "20.20", "20.20.2"])
      assert.equal(await nodes().find(wanted), "20.20.2");
    assert.deepEqual(nodes().programs("20.20.2"), []);
    assert.deepEqual(fetched, []);
  });

  it("are fetched once where this machine has another, also where many ask", async () => {
    const some = nodes();
    assert.deepEqual(await Promise.all([some.find("22"), some.find("22")]), ["22.9.9", "22.9.9"]);
    assert.deepEqual(fetched, ["fetching Node.js 22: this machine has 20.20.2"]);
    assert.deepEqual(some.programs("22.9.9"), [path.join(folder, "22.9.9", "bin")]);
  });

  it("are those that were fetched before, the newest of them", async () => {
    for (const version of ["22.9.1", "22.10.0", "2.0.0", "18.1.0"])
      await fs.mkdir(path.join(folder, version));
    assert.equal(await nodes().find("22"), "22.10.0");
    assert.equal(await nodes().find("18"), "18.1.0");
    assert.deepEqual(fetched, []);
  });

  it("are this machine's where they cannot be had", async () =>
    assert.equal(await nodes(() => Promise.reject(new Error("no registry"))).find("22"), "20.20.2"));
});
