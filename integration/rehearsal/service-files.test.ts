import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ecsService } from "../../infra/definitions";
import { root } from "../checkout";
import type { Tree } from "../local-aws/codepipeline/tree";
import { checkFolders, checkStackFiles } from "./service-files";

const small = ecsService({ healthCheckPath: "/health", name: "small", hook: "hooks/hook.py" });
const files = (change: Record<string, string | undefined> = {}): Tree => {
  const all = { "service.ts": "", "hooks/hook.py": "", ...change };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, text]) =>
      text === undefined ? [] : [[`services/small/${name}`, { data: Buffer.from(text), mode: 0o100644 }]],
    ),
  );
};

describe("a service's files", () => {
  it("are as its definition says", () => checkFolders(files(), [small]));

  it("are in the folder of its name", () =>
    assert.throws(
      () => checkFolders(files({ "service.ts": undefined }), [small]),
      /infra\/services\.ts lists "small", but services\/small\/service\.ts is not there .* rename one of the two/,
    ));

  it("are missed by file, key and fix", () =>
    assert.throws(
      () => checkFolders(files({ "hooks/hook.py": undefined }), [small]),
      /services\/small\/hooks\/hook\.py is not there .* services\/small\/service\.ts has it as "hook": add it, or change/,
    ));
});

describe("stack files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "stack-files-test-"));
    for (const name of ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"])
      cpSync(path.join(root, name), path.join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are refused by file and key, before anything starts", () => {
    const file = path.join(folder, "Pulumi.prod.yaml");
    const stackServices = /\n {2}greenroom:services:\n(?: {4}.*\n)*/;
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(stackServices, "\n") + "  greenroom:testPort: 443\n",
    );
    const staging = path.join(folder, "Pulumi.staging.yaml");
    writeFileSync(staging, readFileSync(staging, "utf8").replace(stackServices, "\n"));
    assert.throws(
      () => checkStackFiles(folder, [small]),
      /^ServiceFileError: Pulumi\.prod\.yaml: The configuration .*\n {2}greenroom:testPort is 443: allowed is a port other than 80 and 443/,
    );
  });
});
