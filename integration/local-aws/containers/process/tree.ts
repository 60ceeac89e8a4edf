import { createHash } from "node:crypto";
import { constants } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { spawn } from "node:child_process";

/** Something in a folder: its path relative to the folder, with slashes. */
export interface Entry {
  path: string;
  type: "file" | "directory" | "link";
  /** Whether its owner may execute it. All that an image keeps of the mode. */
  executable: boolean;
  size: number;
  /** Changes whenever the content may have changed. */
  stamp: string;
}

/** Everything in a folder, sorted by path. Sockets and devices are left out. */
export async function list(
  folder: string,
  descend: (path: string) => boolean = () => true,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const visit = async (relative: string): Promise<void> => {
    const found = await fs.readdir(path.join(folder, relative));
    await Promise.all(
      found.map(async (name) => {
        const at = relative ? `${relative}/${name}` : name;
        const stat = await fs.lstat(path.join(folder, at), { bigint: true });
        const type = stat.isFile()
          ? "file"
          : stat.isDirectory()
            ? "directory"
            : stat.isSymbolicLink() && "link";
        if (!type) return;
        const executable = (Number(stat.mode) & 0o100) !== 0;
        const changed = `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`;
        entries.push({
          path: at,
          type,
          executable,
          size: Number(stat.size),
          stamp: type === "directory" ? type : `${type} ${changed}`,
        });
        if (type === "directory" && descend(at)) await visit(at);
      }),
    );
  };
  await visit("");
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A digest of names, modes and contents, the same wherever and whenever the files were written. */
export async function contentHash(folder: string, entries: readonly Entry[]): Promise<string> {
  const hash = createHash("sha256");
  for (const { path: at, type, executable, size } of entries) {
    hash.update(`${type} ${executable && type === "file" ? "x" : "-"} ${type === "file" ? size : 0} ${at}\0`);
    if (type === "file") hash.update(await fs.readFile(path.join(folder, at)));
    if (type === "link") hash.update(`${await fs.readlink(path.join(folder, at))}\0`);
  }
  return hash.digest("hex");
}

/** Copies what is in `from` into `to`, over what is there. `cp` shares blocks where the file system can. */
export async function copyTree(from: string, to: string): Promise<void> {
  await fs.mkdir(to, { recursive: true });
  await new Promise<void>((resolve, reject) => {
    const child = spawn("cp", ["-a", `${from}/.`, `${to}/`], { stdio: ["ignore", "ignore", "pipe"] });
    let problem = "";
    child.stderr.on("data", (chunk: Buffer) => (problem += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`cannot copy ${from}: ${problem.trim()}`)),
    );
  });
}

/** Copies one file or link, and makes the directories above it. */
export async function copyEntry(entry: Entry, from: string, to: string): Promise<void> {
  if (entry.type === "directory") return void (await fs.mkdir(to, { recursive: true }));
  await fs.mkdir(path.dirname(to), { recursive: true });
  await fs.rm(to, { force: true });
  if (entry.type === "link") await fs.symlink(await fs.readlink(from), to);
  else await fs.copyFile(from, to, constants.COPYFILE_FICLONE);
}

/** Runs `work` on every item, at most `limit` at once, so that the rest of this process keeps its turn. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

/** A path of an image as a path of this machine, under the image's folder. */
export function inside(root: string, imagePath: string): string {
  return path.join(root, path.posix.resolve("/", imagePath));
}

export async function exists(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    () => false,
  );
}
