import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import path from "node:path";
import { build, transform, type BuildFailure } from "esbuild";
import type { Failure } from "./messages";

/** TypeScript as JavaScript that `require` takes, by file name. */
export interface Compiled {
  code: Record<string, string>;
  /** The failure with its place in the TypeScript instead of the JavaScript. */
  inSource(failure: Failure): Failure;
}

/**
 * Compiles TypeScript files and all that they import, but no packages. Once, for as many processes as need it: a
 * process that compiles on its own (tsx) spends a second on that, and on looking at every file of every package.
 *
 * @throws Error with file, line and what is wrong
 */
export async function compile(entryPoints: string[]): Promise<Compiled> {
  const code: Record<string, string> = {};
  const maps: Record<string, string> = {};
  const files = await withImports(entryPoints.map(entryFile));
  await Promise.all(
    files.map(async (file) => {
      const source = await readFile(file, "utf8");
      const compiled = await transform(source, {
        loader: "ts",
        format: "cjs",
        platform: "node",
        target: "node20",
        sourcefile: file,
        sourcemap: "external",
        // `import("./x")` as `require`, which is what resolves names without an extension.
        supported: { "dynamic-import": false },
      });
      code[file] = compiled.code;
      maps[file] = compiled.map;
    }),
  );
  const inSource = (failure: Failure): Failure => {
    const map = failure.at && maps[failure.at.file];
    if (!failure.at || !map) return failure;
    const { file, line, column } = failure.at;
    // This one counts from 0.
    const entry = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(line - 1, column - 1);
    if (!("originalLine" in entry)) return failure;
    return { ...failure, at: { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 } };
  };
  return { code, inSource };
}

/** The TypeScript files that these are made of. */
async function withImports(entryPoints: string[]): Promise<string[]> {
  const absWorkingDir = process.cwd();
  try {
    const { metafile } = await build({
      absWorkingDir,
      entryPoints,
      bundle: true,
      metafile: true,
      packages: "external",
      platform: "node",
      write: false,
      outdir: absWorkingDir,
      logLevel: "silent",
    });
    return Object.keys(metafile.inputs)
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.resolve(absWorkingDir, file));
  } catch (error) {
    const messages = (error as Partial<BuildFailure>).errors;
    if (!messages) throw error;
    const lines = messages.map(({ text, location }) =>
      // esbuild counts columns from 0.
      location
        ? `${path.resolve(absWorkingDir, location.file)}:${location.line}:${location.column + 1}: ${text}`
        : text,
    );
    throw new Error(lines.join("\n"), { cause: error });
  }
}

/** The file that Node would load for `program`: a file, or the index of a folder. */
function entryFile(program: string): string {
  if (!existsSync(program))
    throw new Error(`the program ${program} does not exist: see "main" in Pulumi.yaml`);
  if (statSync(program).isFile()) return program;
  const index = ["index.ts", "index.js"]
    .map((name) => path.join(program, name))
    .find((file) => existsSync(file));
  if (!index) throw new Error(`the program folder ${program} has neither index.ts nor index.js`);
  return index;
}
