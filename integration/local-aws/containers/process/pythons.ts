import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startGroup, type ProcessGroup } from "./process-group";
import { exists } from "./tree";

const run = promisify(execFile);

/**
 * A Python of this machine for images and builds: never the virtual environment that the local AWS itself runs on, which a
 * `pip uninstall` of a buildspec would ruin.
 */
export class CleanPython {
  private made?: Promise<string>;
  private making?: ProcessGroup;
  private closed = false;
  private version = "";
  private folder: string;

  /**
   * @param python the program that virtual environments are made with
   * @param folder kept from run to run: scripts that pip installs into images name the Python in it
   */
  constructor(
    private readonly python: string,
    folder: string,
  ) {
    this.folder = folder;
  }

  /** Where a clean Python is: with pip, and with no package of this machine. */
  cleanFolder(): string {
    return path.join(this.folder, "bin");
  }

  /** What it is made of; known once {@link clean} has resolved. */
  folders(): readonly string[] {
    return foldersOfVenv(this.folder);
  }

  /** E.g. `3.11`; known once {@link clean} has resolved. */
  minor(): string {
    return this.version;
  }

  /** The clean Python, made once. @throws Error with a sentence for people where there is no Python */
  clean(): Promise<string> {
    this.made ??= this.make().catch((error: unknown) => {
      this.made = undefined;
      throw error;
    });
    return this.made;
  }

  private async make(): Promise<string> {
    if (!(await exists(this.python)))
      throw new Error("there is no Python 3.10 or newer on this machine; use --containers docker");
    await fs.mkdir(this.folder, { recursive: true });
    this.folder = await fs.realpath(this.folder);
    const python = path.join(this.cleanFolder(), "python");
    // A folder that was not finished is made again, and one that was moved: pip's first line names the Python it is of.
    const done = path.join(this.folder, "greenroom");
    const madeAt = await fs.readFile(done, "utf8").catch(() => "");
    if (madeAt !== this.folder || !(await exists(python))) {
      await fs.rm(this.folder, { recursive: true, force: true });
      await this.makeVenv();
      await fs.writeFile(done, this.folder);
    }
    const { stdout } = await run(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    this.version = stdout.trim();
    return python;
  }

  /** It takes seconds, in processes of its own, which are not to outlive the rehearsal. */
  private async makeVenv(): Promise<void> {
    let told = "";
    const group = await startGroup(this.python, ["-m", "venv", this.folder], {
      cwd: path.dirname(this.folder),
      environment: Object.fromEntries(Object.entries(process.env).map(([name, value = ""]) => [name, value])),
      onOutput: (text) => (told += text),
      endWithProgram: true,
    });
    this.making = group;
    if (this.closed) group.kill();
    const { exitCode } = await group.ended;
    if (exitCode !== 0) throw new Error(`python -m venv ended with exit code ${exitCode}: ${told.trim()}`);
  }

  /** Ends what is being made. */
  async close(): Promise<void> {
    this.closed = true;
    this.making?.kill();
    await this.making?.ended;
  }

  /** A Python for one build, whose packages go with it. Gives the folder of its programs; undefined without Python. */
  async forBuild(folder: string): Promise<string | undefined> {
    if (!(await exists(this.python))) return undefined;
    await this.clean();
    await run(this.python, ["-m", "venv", "--without-pip", folder]);
    const packages = (of: string) => path.join(of, "lib", `python${this.version}`, "site-packages");
    // pip is the clean Python's: to install it anew takes three seconds.
    await fs.writeFile(path.join(packages(folder), "pip.pth"), `${packages(this.folder)}\n`);
    const programs = path.join(folder, "bin");
    const pip = `#!${path.join(programs, "python")}\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n`;
    for (const name of ["pip", "pip3"]) await fs.writeFile(path.join(programs, name), pip, { mode: 0o755 });
    return programs;
  }
}

/** A virtual environment and the Python that it is made with, which has its library. */
export function foldersOfVenv(folder: string): string[] {
  const config = path.join(folder, "pyvenv.cfg");
  if (!existsSync(config)) return [folder];
  const home = /^home\s*=\s*(.+)$/m.exec(readFileSync(config, "utf8"))?.[1]?.trim();
  if (home === undefined) return [folder];
  // Where that is a link, as Homebrew and pyenv have them, both are named.
  const prefixes = [
    path.dirname(home),
    path.dirname(path.dirname(realpathSync(path.join(folder, "bin", "python")))),
  ];
  return [folder, ...prefixes.filter((one) => one !== "/")];
}

/** The Pythons of this machine, each with a clean copy. */
export class Pythons {
  private readonly byMinor = new Map<string, Promise<CleanPython | undefined>>();
  private readonly own: CleanPython;

  /**
   * @param python the one that there is in any case
   * @param folder kept from run to run
   */
  constructor(
    python: string,
    private readonly folder: string,
    private readonly places = placesOf(process.env),
  ) {
    this.own = new CleanPython(python, path.join(folder, "own"));
  }

  /**
   * The one that runs what asks for `wanted` (`3.13`): the usual one where this machine has no such Python.
   * @throws Error with a sentence for people where there is none at all
   */
  async find(wanted: string | undefined): Promise<CleanPython> {
    await this.own.clean();
    const minor = /^\d+\.\d+/.exec(wanted ?? "")?.[0];
    if (minor === undefined || minor === this.own.minor()) return this.own;
    let found = this.byMinor.get(minor);
    if (!found) this.byMinor.set(minor, (found = this.look(minor)));
    return (await found) ?? this.own;
  }

  /** The one of an image that {@link find} has found one for. */
  at(minor: string): CleanPython {
    return this.made.get(minor) ?? this.own;
  }

  private readonly made = new Map<string, CleanPython>();

  private async look(minor: string): Promise<CleanPython | undefined> {
    for (const place of this.places) {
      const python = path.join(place, `python${minor}`);
      const clean = new CleanPython(python, path.join(this.folder, minor));
      // A command may be there that only says which Python it has not.
      const works = await run(python, ["-c", "import ensurepip, venv"]).then(
        () => true,
        () => false,
      );
      if (!works || !(await clean.clean().catch(() => undefined))) continue;
      this.made.set(minor, clean);
      return clean;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.own, ...this.made.values()].map((one) => one.close()));
  }
}

/** Where Pythons of other versions are, as distributions, pyenv and uv put them. */
function placesOf({ PATH = "", PYENV_ROOT, HOME = os.homedir() }: NodeJS.ProcessEnv): string[] {
  const ofPyenv = path.join(PYENV_ROOT ?? path.join(HOME, ".pyenv"), "versions");
  const versions = existsSync(ofPyenv) ? readdirSync(ofPyenv).sort().reverse() : [];
  return [...versions.map((one) => path.join(ofPyenv, one, "bin")), ...PATH.split(path.delimiter)];
}
