import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { root } from "../../checkout";

/** Where a local AWS that is kept takes commands, and what proves that they come from who may read this. */
export interface Kept {
  /** `http://127.0.0.1:PORT` */
  url: string;
  token: string;
}

const schema = z.object({ url: z.url(), token: z.string().min(1) });

/** In each clone one, of the local AWS that was kept last. */
export const keptFile = path.join(root, ".greenroom", "kept.json");

/** Writes it for its owner's eyes only. Gives what removes it, unless another one has taken its place. */
export function writeKept(kept: Kept, file = keptFile): () => void {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, JSON.stringify(kept), { mode: 0o600 });
  renameSync(unfinished, file);
  return () => {
    if (readKept(file)?.token === kept.token) rmSync(file, { force: true });
  };
}

/** Undefined when there is none, or nothing that could be used. */
export function readKept(file = keptFile): Kept | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
