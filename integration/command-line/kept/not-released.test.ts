import assert from "node:assert/strict";
import type { Tree } from "../../local-aws/codepipeline/tree";
import { changedStackFiles, hasChanged } from "./not-released";

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

describe("a service with something to release", () => {
  const before = tree({
    "services/a/main.py": "a",
    "services/b/main.py": "a",
    "services/a/hooks/after.py": "a",
  });
  const changed = (change: Record<string, string>) =>
    hasChanged(before, { ...before, ...tree(change) }, { name: "a", hook: "hooks/after.py" });

  it("has a file in its folder that is not as it was", () => {
    assert.equal(changed({}), false);
    assert.equal(changed({ "services/a/main.py": "b" }), true);
    assert.equal(changed({ "services/a/new.py": "b" }), true);
    assert.equal(hasChanged(before, {}, { name: "a" }), true);
  });

  it("has none where another service, the stacks or rehearsals have it", () => {
    assert.equal(changed({ "services/b/main.py": "b", "services/ab/main.py": "b" }), false);
    assert.equal(changed({ "services/a/service.ts": "b", "services/a/hooks/after.py": "b" }), false);
    assert.equal(changed({ "services/a/rehearsal/traffic.ts": "b" }), false);
  });
});
