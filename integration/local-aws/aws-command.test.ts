import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { awsCommandFolder } from "./aws-command";

describe("the AWS command of builds that are processes", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("is the virtual environment's", () => {
    assert.equal(awsCommandFolder("/venv", folder), path.join("/venv", "bin"));
  });

  it("is the first program of that name on PATH, without a virtual environment", () => {
    const [plain, folderOnly, good, late] = ["plain", "folder", "good", "late"].map((name) => {
      mkdirSync(path.join(folder, name));
      return path.join(folder, name);
    }) as [string, string, string, string];
    writeFileSync(path.join(plain, "aws"), "");
    mkdirSync(path.join(folderOnly, "aws"));
    for (const one of [good, late]) {
      writeFileSync(path.join(one, "aws"), "");
      chmodSync(path.join(one, "aws"), 0o755);
    }
    const searched = ["", plain, folderOnly, good, late].join(path.delimiter);
    assert.equal(awsCommandFolder({ missing: "no Python" }, searched), good);
  });

  it("is missed with what to do, and with why there is no virtual environment", () => {
    assert.throws(() => awsCommandFolder({ missing: "python3: not there" }, folder), {
      name: "BaseError",
      message:
        /none \(python3: not there\), nor is `aws` on PATH: install one of them, or use --containers docker/,
    });
  });
});
