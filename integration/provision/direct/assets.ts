import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { asset } from "@pulumi/pulumi";
import { zipSync, type Zippable } from "fflate";

/** The bytes of an asset of a program. */
export async function assetBytes(value: unknown): Promise<Buffer> {
  if (value instanceof asset.StringAsset) return Buffer.from(await value.text);
  if (value instanceof asset.FileAsset) return readFile(await value.path);
  if (asset.Archive.isInstance(value)) return archiveBytes(value);
  throw new Error("only StringAsset, FileAsset, AssetArchive and FileArchive can be used here");
}

/** The zip file of an archive. The same contents give the same bytes: names are sorted, times are fixed. */
export async function archiveBytes(value: unknown): Promise<Buffer> {
  if (value instanceof asset.FileArchive) {
    const file = await value.path;
    if ((await stat(file)).isFile()) {
      if (!/\.(zip|jar)$/.test(file))
        throw new Error(`${file} is not a zip file; Lambda and S3 take zip files here`);
      return readFile(file);
    }
  }
  const files = new Map<string, Buffer>();
  await collect("", value, files);
  const entries: Zippable = {};
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    entries[name] = [bytes, { mtime: firstTimeOfZip, os: 3, attrs: mode }];
  }
  return Buffer.from(zipSync(entries, { level: 1 }));
}

// Zip files know no time before 1980, in the local time zone.
const firstTimeOfZip = new Date(1980, 0, 1);
// -rw-r--r-- as Unix has it.
const mode = 0o100644 << 16;

async function collect(at: string, value: unknown, files: Map<string, Buffer>): Promise<void> {
  if (value instanceof asset.AssetArchive) {
    for (const [name, child] of Object.entries(await value.assets))
      await collect(path.posix.join(at, name), child, files);
  } else if (value instanceof asset.FileArchive) {
    await collectFolder(at, await value.path, files);
  } else {
    files.set(at, await assetBytes(value));
  }
}

async function collectFolder(at: string, folder: string, files: Map<string, Buffer>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const [name, file] = [path.posix.join(at, entry.name), path.join(folder, entry.name)];
    if (entry.isDirectory()) await collectFolder(name, file, files);
    else files.set(name, await readFile(file));
  }
}
