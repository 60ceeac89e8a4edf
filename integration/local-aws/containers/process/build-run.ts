import fs from "node:fs/promises";
import path from "node:path";
import { DockerfileError, type Instruction } from "./dockerfile";
import type { Language } from "./bases/base";
import { environmentOf, pathFor } from "./environment";
import { packageEnvironment } from "../packages";
import type { Rooms } from "./rooms";
import { refusalOfCommand } from "./run-check";
import type { StageState } from "./stage";
import { copyEntry, copyTree, inParallel, inside, list } from "./tree";

export interface RunOptions {
  folder: string;
  rooms: Rooms;
  /** Folders and files of this machine that every room needs. */
  readable: readonly string[];
  packageCache: string;
  tell: (text: string) => void;
  signal: AbortSignal;
  /** What the image is built on; none for what is made from scratch. */
  base: Language | undefined;
}

/** @throws {DockerfileError} for a RUN whose command must not run on this machine */
export function checkRun({ line, json, text }: Instruction): void {
  const refusal = refusalOfCommand(json ? json.join(" ") : text);
  if (refusal) throw new DockerfileError(line, `RUN: ${refusal}; or use --containers docker`);
}

/**
 * Executes a RUN in the stage's folder and puts what it wrote into `content`. The command sees the stage's environment
 * and the programs of this machine; nothing of the build's environment, so no credentials.
 *
 * @returns the paths that it took away
 */
export async function runInstruction(
  state: StageState,
  instruction: Instruction,
  content: string,
  { folder, rooms, readable, packageCache, tell, signal, base }: RunOptions,
): Promise<string[]> {
  const { line, json, text } = instruction;
  const argv = json ? [...json] : [...state.shell, text];
  checkRun(instruction);

  const { root, config, args } = state;
  const environment = environmentOf(config.Env);
  const home = inside(root, "/root");
  const temporary = path.join(folder, "tmp");
  await fs.mkdir(temporary, { recursive: true });
  const homeWasThere = await fs.stat(home).then(Boolean, () => false);
  await fs.mkdir(home, { recursive: true });

  const before = new Map((await list(root)).map((entry) => [entry.path, entry.stamp]));
  const packages = packageEnvironment(packageCache);
  const view = {
    folder,
    writable: [root, temporary, ...packages.writable],
    readable: [...readable, ...packages.readable, ...(base?.readable ?? [])],
  };
  const program = {
    command: argv[0] ?? "",
    args: argv.slice(1),
    cwd: inside(root, config.WorkingDir),
    environment: {
      ...packages.environment,
      ...rooms.registries,
      // What is installed globally belongs to the image, not to this machine.
      npm_config_prefix: inside(root, "/usr/local"),
      ...base?.environment(root),
      ...Object.fromEntries(args),
      ...environment,
      PATH: pathFor(root, environment.PATH, base?.programs),
      HOME: home,
      TMPDIR: temporary,
    },
    onOutput: tell,
    givesWay: true,
  };
  const place = await rooms.place(undefined);
  const group = await rooms.start(view, program, place).catch((error: unknown) => {
    throw new DockerfileError(line, `RUN ${text} could not be started: ${String(error)}`);
  });
  signal.addEventListener("abort", group.kill, { once: true });
  if (signal.aborted) group.kill();
  const { exitCode } = await group.ended;
  signal.removeEventListener("abort", group.kill);
  place.release();
  signal.throwIfAborted();
  if (exitCode !== 0) {
    throw new DockerfileError(
      line,
      `process "${argv.join(" ")}" did not complete successfully: exit code: ${exitCode}`,
    );
  }
  if (!homeWasThere) await fs.rmdir(home).catch(() => undefined);
  return takeChanges(root, before, content);
}

async function takeChanges(
  root: string,
  before: ReadonlyMap<string, string>,
  content: string,
): Promise<string[]> {
  const after = await list(root);
  const changed = after.filter(({ path: at, stamp }) => before.get(at) !== stamp);
  // Whole new directories are copied as one.
  const isNew = (at: string) => !before.has(at) || before.get(at) !== "directory";
  const newFolders = new Set(
    changed.filter(({ path: at, type }) => type === "directory" && isNew(at)).map(({ path: at }) => at),
  );
  const parentsNew = (at: string) => newFolders.has(path.posix.dirname(at));
  const tops = changed.filter(({ path: at }) => !parentsNew(at));
  await inParallel(tops, 2, async (entry) => {
    const [from, to] = [path.join(root, entry.path), path.join(content, entry.path)];
    if (entry.type === "directory") await copyTree(from, to);
    else await copyEntry(entry, from, to);
  });

  const kept = new Map(after.map(({ path: at, type }) => [at, type]));
  const gone = [...before.keys()].filter(
    (at) => !kept.has(at) || before.get(at)?.split(" ")[0] !== kept.get(at),
  );
  const goneSet = new Set(gone);
  return gone.filter((at) => !goneSet.has(path.posix.dirname(at)));
}
