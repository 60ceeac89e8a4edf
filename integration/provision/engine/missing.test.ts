import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { version } from "@pulumi/aws/package.json";
import { hasLanguageHost } from "./language-host";
import { engineMissing } from "./missing";

describe("what the engine needs", () => {
  const before = { ...process.env };
  let folder: string;
  let bin: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "greenroom-test-")));
    bin = path.join(folder, "bin");
    mkdirSync(path.join(folder, "user", "plugins"), { recursive: true });
    mkdirSync(bin);
    Object.assign(process.env, { PATH: bin, PULUMI_HOME: path.join(folder, "user") });
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(folder, { recursive: true });
  });

  const program = (name: string, script: string, at = bin) => {
    writeFileSync(path.join(at, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(at, name), 0o755);
  };
  /** Has the plugins that its home has, which it logs to, as the real one does. */
  const pulumi = (...installed: string[]) => {
    const plugins = installed.map((one) => ({ name: "aws", kind: "resource", version: one }));
    program(
      "pulumi",
      `: > "$PULUMI_HOME/log"
case "$*" in
  version) echo v3.258.0 ;;
  "plugin ls --json") [ -d "$PULUMI_HOME/plugins" ] && echo '${JSON.stringify(plugins)}' ;;
  *) exit 9 ;;
esac`,
    );
  };

  it("is Pulumi, which runs", () => {
    assert.match(engineMissing() ?? "", /^there is no pulumi on PATH .*: install Pulumi$/);
    program("pulumi", "exit 3");
    assert.match(engineMissing() ?? "", /`pulumi version` ended with exit code 3/);
  });

  it("is the plugin for AWS that the SDK asks for, installed by a command that is named", () => {
    for (const installed of [[], ["1.0.0"]]) {
      pulumi(...installed);
      assert.match(
        engineMissing() ?? "",
        new RegExp(`no plugin for AWS .*\`pulumi plugin install resource aws ${version}\``),
      );
    }
    pulumi("1.0.0", version);
    assert.equal(engineMissing(), undefined);
  });

  it("is a plugin on PATH, otherwise", () => {
    pulumi();
    mkdirSync(path.join(bin, "pulumi-resource-aws"));
    assert.ok(engineMissing(), "a folder is no plugin");
    rmSync(path.join(bin, "pulumi-resource-aws"), { recursive: true });
    program("pulumi-resource-aws", "");
    assert.equal(engineMissing(), undefined);
  });

  it("is asked for without a trace in the user's home", () => {
    pulumi(version);
    engineMissing();
    assert.throws(() => realpathSync(path.join(folder, "user", "log")), /ENOENT/);
  });

  it("may be a language's host, on PATH or beside Pulumi, whatever link leads there", () => {
    const installation = path.join(folder, "pulumi");
    mkdirSync(installation);
    program("pulumi", "", installation);
    symlinkSync(path.join(installation, "pulumi"), path.join(bin, "pulumi"));
    assert.equal(hasLanguageHost("nodejs"), false);
    program("pulumi-language-nodejs", "", installation);
    assert.equal(hasLanguageHost("nodejs"), true);
    rmSync(installation, { recursive: true });
    assert.equal(hasLanguageHost("nodejs"), false);
    program("pulumi-language-nodejs", "");
    assert.equal(hasLanguageHost("nodejs"), true);
  });
});
