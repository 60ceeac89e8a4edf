import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { programWith, programWithSecond } from "./arguments-edit";
import { documentation, documentedArguments, existingArguments, refusals } from "./arguments-table";
import { trials } from "./arguments-trials";

const load = createRequire(__filename);

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

  it("is tried in copies of the program whose definition has the other values", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"));
    try {
      const fields = { name: "quiz-api", port: 8081, secrets: { KEY: { secret: "quiz/key" } } };
      const program = await programWith(folder, fields);
      const made = load(path.join(program, "services/quiz-api/service.ts")) as {
        default: Record<string, unknown>;
      };
      for (const [field, value] of Object.entries(fields)) assert.deepEqual(made.default[field], value);
      const { services } = load(path.join(program, "infra/services.ts")) as {
        services: { name: string }[];
      };
      assert.ok(services.some(({ name }) => name === "quiz-api"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has a copy of the program with a second service", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"));
    try {
      const program = await programWithSecond(folder, "quiz-api");
      const { services } = load(path.join(program, "infra/services.ts")) as {
        services: { name: string }[];
      };
      const names = services.map(({ name }) => name);
      assert.ok(names.includes("quiz-api") && names.includes("trivia-api"), names.join(", "));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
