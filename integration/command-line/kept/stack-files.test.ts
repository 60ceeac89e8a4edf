import assert from "node:assert/strict";
import type { Tree } from "../../local-aws/codepipeline/tree";
import { changedStackFiles } from "./stack-files";

const tree = (files: Record<string, string>): Tree =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, { data: Buffer.from(text), mode: 0o100644 }]),
  );

describe("files that a release does not bring", () => {
  const before = tree({
    "Pulumi.staging.yaml": "a",
    "infra/environment.ts": "a",
    "services/a/service.ts": "a",
    "services/a/main.py": "a",
    "services/a/hooks/after.ts": "a",
    "README.md": "a",
  });
  const changed = (change: Record<string, string>, hook?: string) =>
    changedStackFiles(before, { ...before, ...tree(change) }, [{ name: "a", hook }]);

  it("are none when nothing has changed, or only what a build takes", () => {
    assert.deepEqual(changed({}), []);
    assert.deepEqual(changed({ "services/a/main.py": "b", "README.md": "b" }), []);
  });

  it("are the program, its configuration, definitions and stand-ins of secrets, changed or new", () => {
    assert.deepEqual(
      changed({
        "Pulumi.staging.yaml": "b",
        "infra/environment.ts": "b",
        "infra/environment.test.ts": "b",
        "services/a/service.ts": "b",
        "services/a/rehearsal/secrets.ts": "b",
      }),
      [
        "Pulumi.staging.yaml",
        "infra/environment.ts",
        "services/a/rehearsal/secrets.ts",
        "services/a/service.ts",
      ],
    );
  });

  it("are hooks, which Pulumi deploys", () => {
    assert.deepEqual(changed({ "services/a/hooks/after.ts": "b" }), []);
    assert.deepEqual(changed({ "services/a/hooks/after.ts": "b" }, "hooks/after.ts"), [
      "services/a/hooks/after.ts",
    ]);
    assert.deepEqual(changed({ "services/a/hook.py": "b" }, "hook.py"), ["services/a/hook.py"]);
  });

  it("are those that are gone as well", () => {
    assert.deepEqual(changedStackFiles(before, {}, []), ["Pulumi.staging.yaml", "infra/environment.ts"]);
  });
});
