import { createHash } from "node:crypto";
import type { SourceHost } from "../local-aws/codepipeline/sources";
import { zipTree, type Tree, type TreeFile } from "../local-aws/codepipeline/tree";

/** What the rehearsed repository is called, as the stack's source configuration names it. */
export interface Repository {
  repository: string;
  branch: string;
}

/** What a commit makes of files of the working tree, by their paths; undefined deletes one. */
export type Change = Readonly<Record<string, TreeFile | undefined>>;

/** A commit of one service's. */
export interface Commit {
  /** The service's folder. */
  directory: string;
  message: string;
  /** Besides the note that every commit leaves in the service's folder. @default nothing */
  change?: Change;
}

/** What no build looks into and no program reads, in any language: with it, a commit changes nothing but the version. */
export const noteFile = (directory: string) => `${directory}/.greenroom-rehearsal`;

/**
 * The branch that the pipelines build from. Several services commit to it beside each other, and each commit must start
 * its own service's pipeline only: so it is the working tree with what the latest commit of each service makes of it.
 */
export class Branch {
  private readonly changes = new Map<string, Change>();
  private count = 0;
  /** One push after the other, as each has the one before as its parent. */
  private last: Promise<unknown>;

  /** @param tree the working tree: what the branch has before the first commit */
  constructor(
    private readonly sources: SourceHost,
    private readonly repository: Repository,
    private tree: Tree,
  ) {
    this.last = this.push("The working tree", true);
    this.last.catch(() => undefined);
  }

  /** The working tree that commits are made from. */
  get workingTree(): Tree {
    return this.tree;
  }

  /** Takes another working tree, which the next commit brings. */
  take(tree: Tree): void {
    this.tree = tree;
  }

  /** Pushes a commit, which starts the service's pipeline. Gives the commit's id. */
  commit({ directory, message, change = {} }: Commit): Promise<string> {
    const pushed = this.last.then(() => {
      const note = { data: Buffer.from(`${this.count} ${message}\n`), mode: 0o100644 };
      this.changes.set(directory, { ...change, [noteFile(directory)]: note });
      return this.push(message, false);
    });
    // Whoever asked for a commit that failed hears of it; the next one is another's.
    this.last = pushed.catch(() => undefined);
    return pushed;
  }

  private async push(message: string, unwatched: boolean): Promise<string> {
    const { repository, branch } = this.repository;
    const files: Record<string, TreeFile | undefined> = { ...this.tree };
    for (const change of this.changes.values()) Object.assign(files, change);
    const kept = Object.entries(files).filter((file): file is [string, TreeFile] => file[1] !== undefined);
    const zip = zipTree(Object.fromEntries(kept), new Date());
    const parent = this.sources.head(repository, branch)?.commitId ?? "";
    const hash = createHash("sha1").update(parent).update(`${this.count++} ${message}`).update(zip);
    const commitId = hash.digest("hex");
    await this.sources.push({ repository, branch, commitId, message, tree: { zip }, unwatched });
    return commitId;
  }
}

/** The version that a commit's image answers with. */
export const versionOf = (commitId: string): string => commitId.slice(0, 12);
