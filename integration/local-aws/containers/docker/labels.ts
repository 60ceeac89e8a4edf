import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import os from "node:os";
import { promisify } from "node:util";

/** Everything that a rehearsal makes in Docker carries these two. */
export const rehearsalLabel = "greenroom.rehearsal";
export const ownerLabel = "greenroom.owner";

export type Labels = Readonly<Record<string, string>>;

/** The process that made something: a process id alone is given to another process one day. */
export interface Owner {
  host: string;
  pid: number;
  started: string;
}

export async function labelsOf(rehearsal: string): Promise<Labels> {
  const started = (await startOf(process.pid)) ?? "unknown";
  return {
    [rehearsalLabel]: rehearsal,
    [ownerLabel]: formatOwner({ host: os.hostname(), pid: process.pid, started }),
  };
}

export const formatOwner = ({ host, pid, started }: Owner): string => `${host} ${pid} ${started}`;

export function parseOwner(text: string | undefined): Owner | undefined {
  const [, host, pid, started] = /^(\S+) (\d+) (.+)$/.exec(text ?? "") ?? [];
  return host && pid && started ? { host, pid: Number(pid), started } : undefined;
}

/**
 * Whether whoever made a thing with these labels is gone, so that nobody but us removes it. Of another machine's
 * processes nothing is known here, so what they made stays.
 */
export async function isAbandoned(
  labels: Labels,
  host: string,
  startOfProcess: (pid: number) => Promise<string | undefined>,
): Promise<boolean> {
  const owner = parseOwner(labels[ownerLabel]);
  if (!owner || owner.host !== host) return false;
  return (await startOfProcess(owner.pid)) !== owner.started;
}

/** When a process started, in whatever form the system says so; undefined when there is no such process. */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    // The second field is the program's name in parentheses, which may hold anything.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields && fields[0] !== "Z" ? fields[19] : undefined;
  }
  const ps = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => undefined);
  return ps?.stdout.trim() || undefined;
}
