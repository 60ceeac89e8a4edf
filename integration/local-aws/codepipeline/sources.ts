import { createHash } from "node:crypto";
import { unzipSync } from "fflate";
import { readTree, zipTree } from "./tree";

export interface PushRequest {
  /** `owner/name`, as a source action's `FullRepositoryId` names it. */
  repository: string;
  branch: string;
  /** The full SHA-1, 40 hexadecimal digits. */
  commitId: string;
  message: string;
  /** @default "greenroom" */
  author?: string;
  /** @default now */
  authorDate?: Date;
  /** The tree of the commit: a folder (what git ignores in it is left out), or a zip of it. */
  tree: { directory: string } | { zip: Uint8Array };
  /** What the branch had before anybody watched it: no listener is told. @default false */
  unwatched?: boolean;
}

export interface Commit {
  repository: string;
  branch: string;
  commitId: string;
  message: string;
  author: string;
  authorDate: Date;
  /** The zip of the whole tree, which a source action stores as its artifact. */
  zip: Uint8Array;
  /** Whether it made the branch. */
  newBranch: boolean;
  /** Paths that were added, changed or removed since the branch's previous commit. */
  changedPaths: readonly string[];
}

/**
 * The git host of this machine: stands for what a CodeStar connection reaches on AWS. It keeps the tree of each
 * pushed commit and tells its listeners of a push, as a connection's webhook does.
 */
export class SourceHost {
  private readonly commits = new Map<string, Commit & { hashes: Map<string, string> }>();
  private readonly heads = new Map<string, string>();
  private readonly listeners = new Set<(commit: Commit) => void>();

  /** @param now the time of a commit that does not say its own, e.g. `() => clock.now()` */
  constructor(private readonly now: () => Date = () => new Date()) {}

  /**
   * Makes `commitId` the head of its branch and tells the listeners.
   *
   * @throws {Error} when the commit id is not a SHA-1, is already another commit's, or the tree is empty
   */
  async push(request: PushRequest): Promise<Commit> {
    const { repository, branch, commitId } = request;
    if (!/^[0-9a-f]{40}$/.test(commitId)) {
      throw new Error(`commit id "${commitId}" is not a full SHA-1 (40 hexadecimal digits)`);
    }
    if (this.commits.has(`${repository} ${commitId}`)) {
      throw new Error(`commit ${commitId} was pushed to ${repository} before`);
    }
    const authorDate = request.authorDate ?? this.now();
    const zip =
      "zip" in request.tree ? request.tree.zip : zipTree(await readTree(request.tree.directory), authorDate);
    const hashes = hashFiles(zip);
    if (hashes.size === 0) throw new Error(`commit ${commitId} of ${repository} has no files`);
    const head = this.head(repository, branch);
    const before = head?.hashes ?? new Map<string, string>();
    const paths = new Set([...before.keys(), ...hashes.keys()]);
    const commit = {
      repository,
      branch,
      commitId,
      message: request.message,
      author: request.author ?? "greenroom",
      authorDate,
      zip,
      hashes,
      newBranch: !head,
      changedPaths: [...paths].filter((name) => before.get(name) !== hashes.get(name)).sort(),
    };
    this.commits.set(`${repository} ${commitId}`, commit);
    this.heads.set(`${repository} ${branch}`, commitId);
    if (!request.unwatched) for (const listener of this.listeners) listener(commit);
    return commit;
  }

  /** The commit that a branch points to. */
  head(repository: string, branch: string): (Commit & { hashes: Map<string, string> }) | undefined {
    return this.commits.get(`${repository} ${this.heads.get(`${repository} ${branch}`) ?? ""}`);
  }

  commit(repository: string, commitId: string): Commit | undefined {
    return this.commits.get(`${repository} ${commitId}`);
  }

  /** Calls `listener` for each push, until the returned function is called. */
  onPush(listener: (commit: Commit) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function hashFiles(zip: Uint8Array): Map<string, string> {
  const files = Object.entries(unzipSync(zip)).filter(([name]) => !name.endsWith("/"));
  return new Map(files.map(([name, data]) => [name, createHash("sha1").update(data).digest("hex")]));
}
