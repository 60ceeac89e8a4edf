import { createHash } from "node:crypto";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import type { SourceHost } from "../local-aws/codepipeline/sources";

/** A change of one file: `find` must be there exactly once, so that a change that no longer fits is noticed. */
export interface Edit {
  file: string;
  find: string;
  replace: string;
}

/** What the rehearsed repository is called, as the stack's source configuration names it. */
export interface Repository {
  repository: string;
  branch: string;
}

/** The tree with these changes made. @throws Error naming the file when a change does not fit */
export function edited(zip: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const files = unzipSync(zip);
  for (const { file, find, replace } of edits) {
    const content = files[file];
    if (!content) throw new Error(`the fault changes ${file}, which is not there`);
    const text = strFromU8(content);
    if (text.split(find).length !== 2) {
      throw new Error(`the fault replaces ${JSON.stringify(find)} in ${file}, where it is not exactly once`);
    }
    files[file] = strToU8(text.replace(find, () => replace));
  }
  return zipSync(files, { level: 1 });
}

/** Pushes a tree as a new commit, which starts the pipelines that it concerns. Gives the commit's id. */
export async function push(
  sources: SourceHost,
  { repository, branch }: Repository,
  message: string,
  tree: Uint8Array,
): Promise<string> {
  const parent = sources.head(repository, branch)?.commitId ?? "";
  const commitId = createHash("sha1").update(parent).update(message).update(tree).digest("hex");
  await sources.push({ repository, branch, commitId, message, tree: { zip: tree } });
  return commitId;
}

/** The version that a commit's image answers with. */
export const versionOf = (commitId: string): string => commitId.slice(0, 12);
