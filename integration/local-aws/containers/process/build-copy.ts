import fs from "node:fs/promises";
import path from "node:path";
import dockerignore from "@balena/dockerignore";
import { expandAt, variable } from "./variables";
import { DockerfileError, type Instruction } from "./dockerfile";
import type { StageState } from "./stage";
import { contentHash, copyEntry, inParallel, inside, list, type Entry } from "./tree";

export interface CopyPlan {
  /** Of what is copied, and where to. */
  key: string;
  fill: (content: string) => Promise<readonly string[]>;
}

/** Finds out what a COPY or ADD copies (https://docs.docker.com/reference/dockerfile/#copy). */
export async function planCopy(
  state: StageState,
  { keyword, line, text, json }: Instruction,
  origin: { folder: string; ignore: string },
  assemble: () => Promise<void>,
): Promise<CopyPlan> {
  const words = (json ?? text.split(/\s+/)).map((word) =>
    expandAt(line, word, (name) => variable(state, name)),
  );
  const destination = words.pop();
  if (!destination || words.length === 0)
    throw new DockerfileError(line, `${keyword} needs a source and a destination`);

  const ignored = dockerignore().add(origin.ignore);
  const visible = (at: string) => !origin.ignore || !ignored.ignores(at);
  const places = words.map(fixedPart);
  const descend = (at: string) =>
    places.some((place) => place === "" || `${at}/`.startsWith(`${place}/`) || place.startsWith(`${at}/`)) &&
    (visible(at) || mayHoldException(origin.ignore, at));
  const entries = (await list(origin.folder, descend)).filter(({ path: at }) => visible(at));
  // A directory that only leads to an exception is ignored itself, but there.
  const byPath = withParents(entries);

  const at = path.posix.resolve(state.config.WorkingDir, destination);
  const intoFolder = words.length > 1 || /(^|\/)\.?\.?$/.test(destination) || at === state.config.WorkingDir;
  const copies: { entry: Entry; to: string }[] = [];
  for (const word of words) {
    if (/^(https?|git|ssh):\/\/|^git@/.test(word)) {
      throw new DockerfileError(
        line,
        `${keyword} ${word}: only files of the build context can be added here; use --containers docker`,
      );
    }
    if (keyword === "ADD" && /\.(tar|tgz|tar\.\w+)$/.test(word)) {
      throw new DockerfileError(
        line,
        `ADD ${word} would unpack an archive, which the process runtime does not do; use --containers docker`,
      );
    }
    const sources = matching(word, byPath, line);
    if (sources.length === 0)
      throw new DockerfileError(line, `"/${word.replace(/^\.?\//, "")}": not found in the build context`);
    for (const source of sources) {
      const entry = await followed(source, origin.folder, line);
      if (entry.type === "directory") {
        const prefix = entry.path ? `${entry.path}/` : "";
        for (const [name, below] of byPath) {
          if (name !== entry.path && name.startsWith(prefix)) {
            copies.push({ entry: below, to: path.posix.join(at, name.slice(prefix.length)) });
          }
        }
        copies.push({ entry, to: at });
      } else {
        const into = intoFolder || sources.length > 1 || (await isFolder(state, at, assemble));
        copies.push({ entry, to: into ? path.posix.join(at, path.posix.basename(source.path)) : at });
      }
    }
  }
  const hash = await contentHash(
    origin.folder,
    copies.map(({ entry }) => entry),
  );
  return {
    key: `copy ${hash} ${JSON.stringify(copies.map(({ to }) => to))}`,
    async fill(content) {
      const folders = copies.filter(({ entry }) => entry.type === "directory");
      const files = copies.filter(({ entry }) => entry.type !== "directory");
      for (const { to } of folders) await fs.mkdir(inside(content, to), { recursive: true });
      await inParallel(files, 8, ({ entry, to }) =>
        copyEntry(entry, path.join(origin.folder, entry.path), inside(content, to)),
      );
      return [];
    },
  };
}

/** Whether a line such as `!docs/README.md` may bring back something below an ignored directory. */
function mayHoldException(ignore: string, directory: string): boolean {
  const exceptions = [...ignore.matchAll(/^\s*!\s*\/?(.*)$/gm)].map(([, pattern = ""]) =>
    path.posix.normalize(pattern.trim()),
  );
  return exceptions.some((pattern) => {
    const fixed = pattern.split(/[*?[]/)[0] ?? "";
    return pattern.startsWith(`${directory}/`) || (fixed !== pattern && `${directory}/`.startsWith(fixed));
  });
}

/** The part of a source that has no wildcards: only there is it looked for. */
function fixedPart(word: string): string {
  const parts = cleaned(word).split("/");
  const wild = parts.findIndex((part) => /[*?[]/.test(part));
  return (wild < 0 ? parts : parts.slice(0, wild)).join("/");
}

/** A source relative to the context; empty for the context itself. */
function cleaned(word: string): string {
  const clean = path.posix.normalize(word.replace(/^\/+/, "")).replace(/\/$/, "");
  return clean === "." ? "" : clean;
}

function withParents(entries: readonly Entry[]): Map<string, Entry> {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    const parts = entry.path.split("/");
    for (let i = 1; i < parts.length; i++) {
      const above = parts.slice(0, i).join("/");
      if (!byPath.has(above)) byPath.set(above, folder(above));
    }
    byPath.set(entry.path, entry);
  }
  return byPath;
}

const folder = (at: string): Entry => ({
  path: at,
  type: "directory",
  executable: true,
  size: 0,
  stamp: "directory",
});

function matching(word: string, byPath: ReadonlyMap<string, Entry>, line: number): Entry[] {
  const clean = cleaned(word);
  if (clean === ".." || clean.startsWith("../")) {
    throw new DockerfileError(line, `"${word}" is a forbidden path outside the build context`);
  }
  if (clean === "") return [folder("")];
  if (!/[*?[]/.test(clean)) {
    const entry = byPath.get(clean);
    return entry ? [entry] : [];
  }
  const pattern = globPattern(clean);
  return [...byPath.values()].filter(({ path: at }) => pattern.test(at));
}

// Go's filepath.Match, which Docker uses: * and ? stay within a path's part.
function globPattern(glob: string): RegExp {
  const source = glob.replace(
    /\\(.)|[*?]|\[(\^?)([^\]]+)\]|[.+^${}()|\]\\[]/g,
    (token, escaped: string | undefined, not: string | undefined, set: string | undefined) => {
      if (escaped) return `\\${escaped}`;
      if (token === "*") return "[^/]*";
      if (token === "?") return "[^/]";
      if (set) return `[${not ?? ""}${set.replace(/[\\\]]/g, "\\$&")}]`;
      return `\\${token}`;
    },
  );
  return new RegExp(`^${source}$`);
}

/** A source that is itself a link is followed, within the context. Links inside of a copied directory are kept. */
async function followed(entry: Entry, root: string, line: number): Promise<Entry> {
  if (entry.type !== "link") return entry;
  const real = await fs.realpath(path.join(root, entry.path)).catch(() => undefined);
  const relative = real && path.relative(await fs.realpath(root), real);
  if (!relative || relative.startsWith("..")) {
    throw new DockerfileError(line, `"${entry.path}" is a link to nothing in the build context`);
  }
  const stat = await fs.stat(path.join(root, relative));
  return {
    ...entry,
    path: relative,
    type: stat.isDirectory() ? "directory" : "file",
    size: stat.size,
    executable: (stat.mode & 0o100) !== 0,
  };
}

async function isFolder(state: StageState, at: string, assemble: () => Promise<void>): Promise<boolean> {
  await assemble();
  return fs.stat(inside(state.root, at)).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
}
