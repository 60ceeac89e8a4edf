import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
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
  const unpacking = new Unpacking(folder);
  const unzipped = counted();
  const extract = tar.extract();
  extract.on("entry", (header, stream, next) => {
    // tar-stream's own types say nothing of what its streams are made of.
    unpacking.take(header, stream as unknown as AsyncIterable<Uint8Array>).then(
      () => next(),
      (error: Error) => extract.destroy(error),
    );
  });
  await pipeline(createReadStream(file), createGunzip(), unzipped.stream, extract);
  await unpacking.written();
  return { removed: unpacking.removed, diffId: unzipped.digest() };
}

const writesAtOnce = 16;

class Unpacking {
  readonly removed: string[] = [];
  private readonly folders = new Set<string>();
  private readonly writes = new Set<Promise<void>>();

  constructor(private readonly root: string) {}

  /** Takes an entry off the stream; its file may still be written when this resolves. */
  async take({ name, type, linkname, mode }: tar.Header, stream: AsyncIterable<Uint8Array>): Promise<void> {
    const relative = path.posix.normalize(name).replace(/\/$/, "");
    if (relative.startsWith("..") || path.isAbsolute(name)) {
      throw new Error(`the layer's entry ${name} leaves the image`);
    }
    const at = path.join(this.root, relative);
    const base = path.posix.basename(relative);
    const content = await buffer(stream);
    if (base === ".wh..wh..opq") {
      throw new Error(`opaque directories (${name}) are not supported by the process runtime`);
    } else if (base.startsWith(whiteout)) {
      this.removed.push(path.posix.join(path.posix.dirname(relative), base.slice(whiteout.length)));
    } else if (type === "directory") {
      await this.folder(relative);
    } else if (type === "symlink" && linkname) {
      await this.folder(path.posix.dirname(relative));
      await fs.symlink(linkname, at);
    } else if (type === "file") {
      await this.folder(path.posix.dirname(relative));
      const executable = ((mode ?? 0) & 0o100) !== 0;
      await this.write(fs.writeFile(at, content, { flag: "wx", mode: executable ? 0o755 : 0o644 }));
    } else
      throw new Error(
        `the layer's entry ${name} is a ${String(type)}, which the process runtime cannot make`,
      );
  }

  async written(): Promise<void> {
    await Promise.all(this.writes);
  }

  private async write(write: Promise<void>): Promise<void> {
    const done = write.then(() => void this.writes.delete(done));
    // Its failure is met by whoever waits next.
    done.catch(() => undefined);
    this.writes.add(done);
    if (this.writes.size >= writesAtOnce) await Promise.race(this.writes);
  }

  /** Makes a directory and those above it, and refuses to go through a link that an earlier entry made. */
  private async folder(relative: string): Promise<void> {
    if (this.folders.has(relative)) return;
    if (relative !== ".") await this.folder(path.posix.dirname(relative));
    const at = path.join(this.root, relative);
    await fs.mkdir(at, { recursive: true });
    if (!(await fs.lstat(at)).isDirectory()) throw new Error(`the layer goes through the link ${relative}`);
    this.folders.add(relative);
  }
}

/** Takes away from a folder what a layer says is gone. */
export async function applyRemovals(root: string, removed: readonly string[]): Promise<void> {
  for (const at of removed) await fs.rm(path.join(root, at), { recursive: true, force: true });
}
