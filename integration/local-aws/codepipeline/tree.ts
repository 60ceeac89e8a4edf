import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { zipSync, type Zippable } from "fflate";

/** A file of a commit. */
export interface TreeFile {
  data: Uint8Array;
  /** As `stat` has it: its executable bit is part of a tree. */
  mode: number;
}

/** The files of a commit, by their paths, with `/` between names. */
export type Tree = Readonly<Record<string, TreeFile>>;

const unversioned = new Set([".git", "node_modules", "dist", ".greenroom"]);

/** The files that git would commit of a folder; without git, everything but what no repository keeps. */
export async function listTree(directory: string): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)(
      "git",
      ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
      { cwd: directory, maxBuffer: 64 << 20 },
    );
    const files = new Set(stdout.split("\0").filter(Boolean));
    // One that is deleted is listed until that is staged.
    return [...files].filter((file) => existsSync(path.join(directory, file))).sort();
  } catch {
    return walk(directory, "");
  }
}

/** The files that git would commit of a folder. */
export async function readTree(directory: string): Promise<Tree> {
  const files: Record<string, TreeFile> = {};
  for (const name of await listTree(directory)) {
    const file = path.join(directory, name);
    const info = await stat(file).catch(() => undefined);
    if (info?.isFile()) files[name] = { data: await readFile(file), mode: info.mode };
  }
  return files;
}

/** What a source action makes of a tree. */
export function zipTree(tree: Tree, mtime: Date): Uint8Array {
  const entries: Zippable = {};
  // 3 is Unix.
  for (const [name, { data, mode }] of Object.entries(tree))
    entries[name] = [data, { mtime, os: 3, attrs: mode << 16, level: 1 }];
  return zipSync(entries);
}

async function walk(directory: string, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(directory, prefix), { withFileTypes: true })) {
    if (unversioned.has(entry.name)) continue;
    const name = prefix + entry.name;
    if (entry.isDirectory()) found.push(...(await walk(directory, `${name}/`)));
    else found.push(name);
  }
  return found.sort();
}
