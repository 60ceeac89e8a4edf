import { chmod, lstat, mkdir, readFile, readlink, realpath, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { unzip, zip, type AsyncZippable } from "fflate";

const typeMask = 0o170000;
const symlinkType = 0o120000;
const regularType = 0o100000;

/** A zip that cannot be used: what it is, and which entry. */
export class ArchiveError extends Error {}

/**
 * Unpacks a zip into an existing folder. File modes and symbolic links are kept where the zip has them. An entry
 * that would land outside of the folder, by its name or by a link, is refused before anything is written.
 */
export async function extract(archive: Uint8Array, folder: string): Promise<void> {
  const modes = unixModes(archive);
  let entries: Record<string, Uint8Array>;
  try {
    entries = await promisify(unzip)(archive);
  } catch (error) {
    throw new ArchiveError(
      `the source is not a zip: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const root = await realpath(folder);
  const links: { target: string; at: string }[] = [];
  const files: { name: string; at: string; content: Uint8Array; mode: number }[] = [];
  for (const [name, content] of Object.entries(entries)) {
    const at = within(root, path.resolve(root, name), name);
    const mode = modes.get(name) ?? 0;
    if ((mode & typeMask) === symlinkType) {
      const target = Buffer.from(content).toString("utf8");
      within(root, path.resolve(path.dirname(at), target), `${name} -> ${target}`);
      links.push({ target, at });
    } else files.push({ name, at, content, mode: mode & 0o777 });
  }
  for (const { at } of [...files, ...links]) {
    const through = links.find((link) => at.startsWith(link.at + path.sep));
    if (through)
      throw new ArchiveError(`the source's zip has an entry behind a link: ${path.relative(root, at)}`);
  }
  const folders = files.map(({ name, at }) => (name.endsWith("/") ? at : path.dirname(at)));
  for (const folder of new Set(folders)) await mkdir(folder, { recursive: true });
  const contents = files.filter(({ name }) => !name.endsWith("/")).values();
  const write = async () => {
    for (const { at, content, mode } of contents) {
      await writeFile(at, content);
      if (mode) await chmod(at, mode);
    }
  };
  await Promise.all(Array.from({ length: 16 }, write));
  // Links last, so that no file was written through one.
  for (const { target, at } of links) {
    await mkdir(path.dirname(at), { recursive: true });
    await symlink(target, at);
  }
}

function within(root: string, at: string, name: string): string {
  if (at !== root && !at.startsWith(root + path.sep))
    throw new ArchiveError(`the source's zip has an entry outside of its own folder: ${name}`);
  return at;
}

/** The mode of each entry that was written on Unix; fflate does not give it. */
function unixModes(archive: Uint8Array): Map<string, number> {
  const modes = new Map<string, number>();
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0) return modes;
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < count && at + 46 <= end && bytes.readUInt32LE(at) === 0x02014b50; i++) {
    const unix = bytes.readUInt8(at + 5) === 3;
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => bytes.readUInt16LE(at + o));
    const name = bytes.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    if (unix) modes.set(name, bytes.readUInt32LE(at + 38) >>> 16);
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return modes;
}

/**
 * Packs files, in the order of their names and without times, so that the same files make the same zip.
 *
 * @param keepLinks whether a symbolic link is packed as a link, or as what it points at
 */
export async function pack(
  files: readonly { name: string; path: string }[],
  keepLinks: boolean,
): Promise<Uint8Array> {
  const entries: AsyncZippable = {};
  for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const stats = await lstat(file.path);
    const link = keepLinks && stats.isSymbolicLink();
    const content = link ? Buffer.from(await readlink(file.path)) : await readFile(file.path);
    const mode = link ? symlinkType | 0o777 : regularType | (stats.mode & 0o111 ? 0o755 : 0o644);
    entries[file.name] = [
      content,
      { os: 3, attrs: (mode << 16) >>> 0, mtime: new Date(1980, 0, 1), level: 6 },
    ];
  }
  return promisify<AsyncZippable, Uint8Array>(zip)(entries);
}
