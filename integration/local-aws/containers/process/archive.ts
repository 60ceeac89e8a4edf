import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import * as tar from "tar-stream";
import type { Entry } from "./tree";
import { list } from "./tree";

/** A layer as a registry keeps it: a gzipped tar. */
export interface Blob {
  /** Of the gzipped tar. */
  digest: string;
  /** Bytes of the gzipped tar. */
  size: number;
  /** Digest of the tar itself, which the image's configuration names. */
  diffId: string;
  file: string;
}

// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
const whiteout = ".wh.";
const epoch = new Date(0);

/**
 * Packs a folder as an image layer. The same content gives the same bytes: sorted, no owners, no times.
 *
 * @param removed paths that the layer takes away from those below it
 */
export async function pack(folder: string, removed: readonly string[], file: string): Promise<Blob> {
  const entries: (Entry | string)[] = [...(await list(folder)), ...removed.map(whiteoutPath)];
  const nameOf = (entry: Entry | string) => (typeof entry === "string" ? entry : entry.path);
  entries.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

  const archive = tar.pack();
  const unzipped = counted();
  const zipped = counted();
  const written = pipeline(archive, unzipped.stream, createGzip(), zipped.stream, createWriteStream(file));
  const put = (header: Partial<tar.Header> & { name: string }, content?: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const common = { uid: 0, gid: 0, mtime: epoch };
      archive.entry({ ...common, ...header }, content ?? "", (error) => (error ? reject(error) : resolve()));
    });
  const fill = async () => {
    for (const entry of entries) {
      if (typeof entry === "string") await put({ name: entry, mode: 0o644 });
      else await put(...(await tarEntry(folder, entry)));
    }
    archive.finalize();
  };
  await Promise.all([written, fill().catch((error: Error) => archive.destroy(error))]);
  return { digest: zipped.digest(), size: zipped.size(), diffId: unzipped.digest(), file };
}

async function tarEntry(
  folder: string,
  entry: Entry,
): Promise<[Partial<tar.Header> & { name: string }, Buffer?]> {
  const at = path.join(folder, entry.path);
  if (entry.type === "directory") return [{ name: `${entry.path}/`, type: "directory", mode: 0o755 }];
  if (entry.type === "link") {
    return [{ name: entry.path, type: "symlink", linkname: await fs.readlink(at), mode: 0o777 }];
  }
  const content = await fs.readFile(at);
  return [{ name: entry.path, mode: entry.executable ? 0o755 : 0o644, size: content.length }, content];
}

function whiteoutPath(removed: string): string {
  return path.posix.join(path.posix.dirname(removed), whiteout + path.posix.basename(removed));
}

function counted() {
  const hash = createHash("sha256");
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  let digest: string | undefined;
  return { stream, size: () => size, digest: () => (digest ??= `sha256:${hash.digest("hex")}`) };
}

/**
 * Unpacks a layer into a new folder and gives the paths that it takes away from the layers below.
 *
 * @throws Error for an entry that would land outside of the folder
 */
export async function unpack(file: string, folder: string): Promise<{ removed: string[]; diffId: string }> {
  const removed: string[] = [];
  const unzipped = counted();
  const extract = tar.extract();
  extract.on("entry", (header, stream, next) => {
    unpackEntry(header, stream, folder, removed).then(
      () => next(),
      (error: Error) => extract.destroy(error),
    );
  });
  await pipeline(createReadStream(file), createGunzip(), unzipped.stream, extract);
  return { removed, diffId: unzipped.digest() };
}

async function unpackEntry(
  header: tar.Header,
  stream: tar.Entry,
  folder: string,
  removed: string[],
): Promise<void> {
  const { name, type, linkname, mode } = header;
  const at = await safePath(folder, name);
  const base = path.basename(at);
  if (type === "file" && !base.startsWith(whiteout)) {
    await fs.mkdir(path.dirname(at), { recursive: true });
    const executable = ((mode ?? 0) & 0o100) !== 0;
    return pipeline(stream, createWriteStream(at, { flags: "wx", mode: executable ? 0o755 : 0o644 }));
  }
  stream.resume();
  if (base === ".wh..wh..opq") {
    throw new Error(`opaque directories (${name}) are not supported by the process engine`);
  } else if (base.startsWith(whiteout)) {
    removed.push(path.relative(folder, path.join(path.dirname(at), base.slice(whiteout.length))));
  } else if (type === "directory") {
    await fs.mkdir(at, { recursive: true });
  } else if (type === "symlink" && linkname) {
    await fs.mkdir(path.dirname(at), { recursive: true });
    await fs.symlink(linkname, at);
  } else
    throw new Error(`the layer's entry ${name} is a ${String(type)}, which the process engine cannot make`);
}

/** Refuses names that leave the folder, also through a link that an earlier entry made. */
async function safePath(folder: string, name: string): Promise<string> {
  const at = path.resolve(folder, name);
  const relative = path.relative(folder, at);
  if (relative.startsWith("..") || path.isAbsolute(name))
    throw new Error(`the layer's entry ${name} leaves the image`);
  let parent = folder;
  for (const part of relative.split(path.sep).slice(0, -1)) {
    parent = path.join(parent, part);
    const stat = await fs.lstat(parent).catch(() => undefined);
    if (stat?.isSymbolicLink()) throw new Error(`the layer's entry ${name} goes through a link`);
  }
  return at;
}

/** Puts a layer's content over what the layers below it left. */
export async function applyRemovals(root: string, removed: readonly string[]): Promise<void> {
  for (const at of removed) await fs.rm(path.join(root, at), { recursive: true, force: true });
}
