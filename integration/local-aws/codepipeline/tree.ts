import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

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
