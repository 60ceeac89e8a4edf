import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";

export const isGlob = (pattern: string): boolean => /[*?[]/.test(pattern);

/** All files under a folder, hidden ones included, as paths relative to it with `/`, sorted. Links are followed. */
export async function filesUnder(folder: string): Promise<string[]> {
  const found: string[] = [];
  await walk(folder, "", [], found);
  return found.sort();
}

async function walk(folder: string, prefix: string, above: string[], found: string[]): Promise<void> {
  const real = await realpath(folder);
  // A link to a folder above would never end.
  if (above.includes(real)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = prefix + entry.name;
    const at = path.join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(at).catch(() => undefined) : entry;
    if (kind?.isDirectory()) await walk(at, `${name}/`, [...above, real], found);
    else if (kind?.isFile()) found.push(name);
  }
}
