import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { applyPatch, parsePatch, type StructuredPatch } from "diff";
import type { Tree, TreeFile } from "../../local-aws/codepipeline/tree";
import type { Change } from "../commits";

/** A patch cannot be used: which file and which hunk, and what to do. */
export class PatchError extends Error {
  override name = "PatchError";
}

/** One file of a patch, by the paths that it has before and after; undefined where it is not there. */
interface FilePatch {
  from?: string;
  to?: string;
  patch: StructuredPatch;
}

/**
 * What a patch in unified diff format makes of a tree: applied by git, or where there is none, as git would, so without
 * fuzz: every line of context must be there.
 *
 * @param file how errors name the patch
 * @throws {PatchError} when it is no patch, or does not apply
 */
export async function patched(tree: Tree, text: string, file: string): Promise<Change> {
  const files = read(text, file);
  const byHand = applied(tree, files, file);
  try {
    return await byGit(tree, files, text);
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") return byHand;
    throw new PatchError(
      `${file}: ${(stderr ?? String(error)).trim().split("\n").join("; ")}${whatToDo(file)}`,
      {
        cause: error,
      },
    );
  }
}

function read(text: string, file: string): FilePatch[] {
  let patches: StructuredPatch[];
  try {
    patches = parsePatch(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PatchError(`${file} is no unified diff: ${why}; write it with git diff`, { cause: error });
  }
  const files = patches.map((patch) => ({
    from: patch.isCreate ? undefined : pathOf(patch.oldFileName),
    to: patch.isDelete ? undefined : pathOf(patch.newFileName),
    patch,
  }));
  if (files.length === 0 || files.some(({ from, to }) => from === undefined && to === undefined))
    throw new PatchError(`${file} is no unified diff: it names no file; write it with git diff`);
  for (const { from, to, patch } of files) {
    const name = to ?? from ?? "";
    if (patch.isBinary) throw new PatchError(`${file}: ${name} is binary; an incident changes text only`);
    for (const one of [from, to])
      if (one?.split("/").some((part) => part === ".." || part === "") === true)
        throw new PatchError(`${file}: ${one} is not a path below the repository's root`);
  }
  return files;
}

/** As git strips it: the first folder, `a/` or `b/`. */
function pathOf(name: string | undefined): string | undefined {
  return name === undefined || name === "/dev/null" ? undefined : name.replace(/^[^/]+\//, "");
}

function applied(tree: Tree, files: FilePatch[], file: string): Change {
  const change: Record<string, TreeFile | undefined> = {};
  const now = (name: string) => (name in change ? change[name] : tree[name]);
  for (const { from, to, patch } of files) {
    const before = from === undefined ? undefined : now(from);
    if (from !== undefined && !before) throw new PatchError(`${file}: ${from} is not there${whatToDo(file)}`);
    if (from === undefined && to !== undefined && now(to))
      throw new PatchError(`${file}: ${to} is there already${whatToDo(file)}`);
    const text = before ? Buffer.from(before.data).toString("utf8") : "";
    const options = { autoConvertLineEndings: false };
    const after = applyPatch(text, patch, options);
    if (after === false) {
      const broken = patch.hunks.findIndex(
        (_, i) => applyPatch(text, { ...patch, hunks: patch.hunks.slice(0, i + 1) }, options) === false,
      );
      const { oldStart, oldLines, newStart, newLines } = patch.hunks[broken] ?? {};
      throw new PatchError(
        `${file}: hunk ${broken + 1} (@@ -${oldStart},${oldLines} +${newStart},${newLines} @@) no longer applies to ` +
          `${from ?? to}${whatToDo(file)}`,
      );
    }
    if (from !== undefined && from !== to && !patch.isCopy) change[from] = undefined;
    const mode = patch.newMode ? parseInt(patch.newMode, 8) : (before?.mode ?? 0o100644);
    if (to !== undefined) change[to] = { data: Buffer.from(after), mode };
  }
  return change;
}

const whatToDo = (file: string) =>
  `; make the change in the working tree again, write it with "git diff > ${file}", and take it back; ` +
  `or delete the incident if it cannot happen any more`;

async function byGit(tree: Tree, files: FilePatch[], text: string): Promise<Change> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-patch-"));
  try {
    for (const name of new Set(files.flatMap(({ from, to }) => [from, to]))) {
      const there = name === undefined ? undefined : tree[name];
      if (name === undefined || !there) continue;
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), there.data, { mode: there.mode & 0o777 });
    }
    const patch = path.join(folder, ".patch");
    await writeFile(patch, text);
    await promisify(execFile)("git", ["apply", "--whitespace=nowarn", patch], {
      cwd: folder,
      // A folder of its own, in nobody's repository, and without anybody's settings.
      env: {
        ...process.env,
        GIT_CEILING_DIRECTORIES: path.dirname(folder),
        GIT_CONFIG_GLOBAL: os.devNull,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_DIR: undefined,
        GIT_WORK_TREE: undefined,
        GIT_INDEX_FILE: undefined,
        LC_ALL: "C",
      },
    });
    const change: Record<string, TreeFile | undefined> = {};
    for (const { from, to } of files) {
      for (const name of [from, to]) {
        if (name === undefined) continue;
        const info = await stat(path.join(folder, name)).catch(() => undefined);
        change[name] = info && { data: await readFile(path.join(folder, name)), mode: info.mode };
      }
    }
    return change;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
