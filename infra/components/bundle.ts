import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { build } from "esbuild";

/** The root of the repository, wherever the program is run from. */
export const repositoryRoot = path.resolve(__dirname, "..", "..");

/** By source: services share the functions of pipelines. */
const bundles = new Map<string, Promise<pulumi.asset.AssetArchive>>();

/**
 * The code of a Lambda function as one file, `index.js` with the export `handler`, its libraries inside: the runtime's
 * own AWS SDK may change under a function, and local AWS has none.
 * @param source TypeScript file, relative to the repository root.
 * @throws Error with esbuild's messages if the file is missing or wrong.
 */
export function bundleFunction(source: string): Promise<pulumi.asset.AssetArchive> {
  const made = bundles.get(source) ?? bundle(source);
  bundles.set(source, made);
  return made;
}

async function bundle(source: string): Promise<pulumi.asset.AssetArchive> {
  let text: string;
  try {
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
    text = outputFiles.map((file) => file.text).join("");
  } catch (error) {
    throw new Error(`The function ${source} cannot be bundled: ${String(error)}`, { cause: error });
  }
  return new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(text) });
}
