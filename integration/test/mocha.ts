import { readdirSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";

export const root = path.resolve(__dirname, "../..");

/** The files of tests below a folder of the repository. */
export function testFiles(folder: string, ending = ".test.ts"): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.includes("node_modules"))
    .map((file) => path.join(root, folder, file))
    .sort();
}

/** Those whose paths contain an argument of the command line; all, without arguments. Says so when there is none. */
export function chosenFiles(ending: string): string[] {
  const wanted = process.argv.slice(2);
  const files = testFiles("integration", ending).filter(
    (file) => wanted.length === 0 || wanted.some((part) => path.relative(root, file).includes(part)),
  );
  if (files.length === 0)
    process.stderr.write(`There is no file *${ending} whose path contains ${wanted.join(" or ")}.\n`);
  return files;
}

/** Runs files of tests: one after the other, or in `jobs` processes beside each other. */
export function mocha(files: string[], jobs = 1): Promise<Mocha.Stats> {
  const runner = new Mocha({ timeout: 20_000, forbidOnly: true, parallel: jobs > 1, jobs });
  for (const file of files) runner.addFile(file);
  return new Promise((resolve) => {
    const run = runner.run(() => resolve(run.stats ?? ({ passes: 0, failures: 1 } as Mocha.Stats)));
  });
}
