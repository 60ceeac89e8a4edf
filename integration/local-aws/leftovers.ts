import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";

/** In each folder of a local AWS: whose it is. */
const ownerFile = "owner.json";
const owner = z.object({ pid: z.int().positive(), started: z.string() });

/** Makes a temporary folder this process's own. */
export async function claim(folder: string): Promise<void> {
  const { pid } = process;
  await writeFile(path.join(folder, ownerFile), JSON.stringify({ pid, started: await startOf(pid) }));
}

/**
 * Ends and removes what local AWSs have left that were killed: temporary folders, and processes whose own folders are in
 * there. Those of rooms have ended with whoever opened them.
 *
 * @param parent where temporary folders are
 * @returns what was found, each in a sentence
 */
export async function clearLeftovers(parent = os.tmpdir()): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(parent)) {
    if (!/^greenroom-(engine-)?\w{6}$/.test(name)) continue;
    const folder = path.join(parent, name);
    if (!(await isLeft(folder))) continue;
    const ended = await endProcessesOf(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    const processes = ended === 0 ? "" : ` and ${ended} process${ended === 1 ? "" : "es"}`;
    found.push(`a rehearsal that was killed has left ${folder}${processes}: removed`);
  }
  return found;
}

/** Whether its owner has gone. Folders that say nothing of their owner, or are somebody else's, are left alone. */
async function isLeft(folder: string): Promise<boolean> {
  const isOwn = await stat(folder).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  );
  const text = await readFile(path.join(folder, ownerFile), "utf8").catch(() => "{}");
  const { data } = owner.safeParse(parsed(text));
  return isOwn && data !== undefined && (await startOf(data.pid)) !== data.started;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It was not written to its end.
    return undefined;
  }
}

/** When a process started: a number is given to another one later. Empty when there is no such process. */
async function startOf(pid: number): Promise<string> {
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the 22nd field, and the second may have spaces in it.
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  if (text) return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  try {
    process.kill(pid, 0);
    return "running";
  } catch {
    return "";
  }
}

/** A process has its own folder in there: where it keeps what is temporary, or its home. */
async function endProcessesOf(folder: string): Promise<number> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const own = ["HOME", "TMPDIR"].map((name) => `${name}=${folder}`);
  let ended = 0;
  for (const pid of pids) {
    // Another user's cannot be read.
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const isIts = environment
      .split("\0")
      .some((one) => own.some((mark) => one === mark || one.startsWith(`${mark}/`)));
    if (!isIts || pid === process.pid) continue;
    try {
      process.kill(pid, "SIGKILL");
      ended++;
    } catch {
      // It has ended meanwhile.
    }
  }
  return ended;
}
