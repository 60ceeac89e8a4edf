import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { programWith } from "./arguments-edit";
import {
  definition,
  documentation,
  documentedArguments,
  existingArguments,
  refusals,
  typeErrors,
} from "./arguments-table";
import { trials } from "./arguments-trials";

describe("docs/arguments.md", () => {
  it("has a row for every argument that there is, and no other", () => {
    assert.deepEqual([...documentedArguments().keys()].sort(), existingArguments().sort());
  });

  it("has only arguments whose change is tried", () => {
    assert.deepEqual(Object.keys(trials).sort(), existingArguments().sort());
  });

  it("knows three kinds, and each argument once", () => {
    assert.throws(() => documentedArguments("| `testPort` | somehow | x |"), /"testPort" arrives "somehow"/);
    const twice = "| `testPort` | in place | x |\n".repeat(2);
    assert.throws(() => documentedArguments(twice), /"testPort" has two rows/);
  });

  it("quotes what the engine says", () => {
    const text = documentation.replace(/\s+/g, " ");
    for (const refusal of refusals) assert.ok(text.includes(refusal), refusal);
  });

  it("may leave a kind that is not there to TypeScript", async () => {
    const { value, typeError } = trials[`${definition}kind`] ?? {};
    const folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"));
    try {
      const errors = typeErrors(await programWith(folder, { kind: value }));
      assert.ok(
        errors.some((error) => error === typeError),
        errors.join("\n"),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
