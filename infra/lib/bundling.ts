import { readFile } from "node:fs/promises";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { build } from "esbuild";

/** The root of the repository, wherever the program is run from. */
export const repositoryRoot = path.resolve(__dirname, "..", "..");

/** A function's code, and the runtime that it is for. */
export interface Bundle {
  runtime: string;
  code: Promise<pulumi.asset.AssetArchive>;
}

/** By the source's extension: what runs it, and its files. Each has the function `handler` in its module `index`. */
const runtimes: Record<
  string,
  { runtime: string; files: (source: string) => Promise<Record<string, string>> }
> = {
  // Its libraries go inside: the runtime's own AWS SDK may change under a function, and local AWS has none.
  ".ts": { runtime: "nodejs22.x", files: async (source) => ({ "index.js": await bundled(source) }) },
  // One file, with what Lambda's Python has: the standard library and botocore.
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
  ".py": {
    runtime: "python3.13",
    files: async (source) => ({ "index.py": await readFile(path.join(repositoryRoot, source), "utf8") }),
  },
};

/** By source: services share the functions of pipelines. */
const bundles = new Map<string, Bundle>();

/**
 * The code of a Lambda function whose handler is `index.handler`.
 * @param source TypeScript or Python file, relative to the repository root.
 * @throws Error, also by `code`, that names the source: another language, a missing file, esbuild's messages.
 */
export function bundleFunction(source: string): Bundle {
  const made = bundles.get(source) ?? bundle(source);
  bundles.set(source, made);
  return made;
}

function bundle(source: string): Bundle {
  const found = runtimes[path.extname(source)];
  if (!found)
    throw new Error(
      `The function ${source} cannot be bundled: allowed are ${Object.keys(runtimes).join(" and ")}`,
    );
  const code = found.files(source).then(
    (files) =>
      new pulumi.asset.AssetArchive(
        Object.fromEntries(
          Object.entries(files).map(([name, text]) => [name, new pulumi.asset.StringAsset(text)]),
        ),
      ),
    (error: unknown) => {
      throw new Error(`The function ${source} cannot be bundled: ${String(error)}`, { cause: error });
    },
  );
  return { runtime: found.runtime, code };
}

async function bundled(source: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: repositoryRoot,
    entryPoints: [source],
    outfile: "index.js",
    write: false,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    logLevel: "silent",
  });
  return outputFiles.map((file) => file.text).join("");
}
