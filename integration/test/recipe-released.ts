import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { root } from "../checkout";
import { greenroom } from "./command";
import { examples, followRecipe, recipeFiles } from "./recipe";

const git = promisify(execFile);

/**
 * The tests of a service that somebody adds by docs/add-a-service.md: its release has to be safe.
 * @param args what the rehearsal is told besides
 */
export function testRecipe(language: keyof typeof examples, args: readonly string[] = []): void {
  const example = examples[language];
  describe(`a service in ${language} by docs/add-a-service.md`, function () {
    this.timeout(600_000);
    let checkout: string;
    before(async () => {
      checkout = await mkdtemp(path.join(os.tmpdir(), "greenroom-recipe-"));
      await followRecipe(checkout, example);
      await mkdir(path.join(checkout, ".greenroom"));
      for (const name of ["base", "cache"])
        await symlink(
          path.join(root, ".greenroom", name),
          path.join(checkout, ".greenroom", name),
          "junction",
        );
    });
    after(() => rm(checkout, { recursive: true, force: true, maxRetries: 5 }));

    it("touches its folder and a line of the list only", async () => {
      const files = Object.keys(await recipeFiles(example));
      assert.deepEqual(
        files.filter((file) => !file.startsWith(`services/${example.service}/`)),
        [],
      );
      const before = path.join(root, "infra/services.ts");
      const after = path.join(checkout, "infra/services.ts");
      const { stdout } = await git("git", ["diff", "--no-index", "--numstat", before, after]).catch(
        // Git says by its exit code that they differ.
        (error: unknown) => error as { stdout: string },
      );
      // A line for the import, and the list's own.
      assert.match(stdout, /^2\t1\t/);
    });

    it("goes from commit to production, and is safe in both environments", async () => {
      const { code, stdout, stderr } = await greenroom(
        ["rehearse", "--port", "0", "--service", example.service, "--scenario", "good-release", ...args],
        { checkout },
      );
      assert.equal(code, 0, stderr);
      for (const environment of ["staging", "prod   "])
        assert.match(stdout, new RegExp(`${environment} [0-9a-f]{12}: safe`));
    });
  });
}
