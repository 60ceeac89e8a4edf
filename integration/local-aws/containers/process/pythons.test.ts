import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { venv } from "../../../checkout";
import { CleanPython } from "./pythons";

describe("the clean Python", function () {
  this.timeout(60_000);
  let work: string;
  before(async () => (work = await fs.mkdtemp(path.join(os.tmpdir(), "pythons-test-"))));
  after(() => fs.rm(work, { recursive: true, force: true }));

  it("is made again where a clone was moved: its pip names the Python of the old place", async () => {
    assert.ok(typeof venv === "string", "this test needs Python 3.10 or newer");
    const [old, moved] = [path.join(work, "old"), path.join(work, "moved")];
    await new CleanPython(path.join(venv, "bin", "python"), path.join(old, "python")).clean();
    await fs.rename(old, moved);

    const python = new CleanPython(path.join(venv, "bin", "python"), path.join(moved, "python"));
    await python.clean();

    const pip = execFileSync(path.join(python.cleanFolder(), "pip"), ["--version"], { encoding: "utf8" });
    assert.match(pip, new RegExp(`from ${moved}/python/lib/`));
  });
});
