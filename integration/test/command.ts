import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export const root = path.resolve(__dirname, "../..");

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The processes of a command have this in their command lines. */
export const mainFile = "command-line/main.ts";

/** `npx greenroom ARGUMENTS`, without npm. `onText` sees what it writes to stderr. */
export function greenroom(
  args: string[],
  {
    environment = {},
    checkout = root,
    onText,
  }: {
    environment?: Record<string, string>;
    /** Whose command line. @default this one's */
    checkout?: string;
    onText?: (text: string, child: ChildProcess) => void;
  } = {},
): Promise<Ended> {
  const script = path.join(checkout, "integration", "greenroom.mjs");
  const child = spawn(process.execPath, [script, ...args], {
    cwd: checkout,
    env: { ...process.env, ...environment },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += String(data)));
  child.stderr.on("data", (data) => {
    stderr += String(data);
    onText?.(stderr, child);
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
}

/** `npm start -- ARGUMENTS`, without npm. */
export const start = (args: string[], options?: Parameters<typeof greenroom>[1]) =>
  greenroom(["rehearse", ...args], options);

/** Processes that descend from `pid`, with their command lines. */
export function descendants(pid: number): { pid: number; command: string }[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .map((match) => ({ pid: Number(match?.[1]), parent: Number(match?.[2]), command: match?.[3] ?? "" }));
  const found: { pid: number; command: string }[] = [];
  const queue = [pid];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const row of rows.filter((one) => one.parent === parent)) {
      found.push(row);
      queue.push(row.pid);
    }
  }
  return found;
}

/** Sends a signal to the one whose command line has `part`. */
export const signal = (part: string, name: NodeJS.Signals) => (family: ReturnType<typeof descendants>) => {
  const found = family.find(({ command }) => command.includes(part));
  assert.ok(found, `${part} runs`);
  process.kill(found.pid, name);
};

export const folders = () => readdirSync(os.tmpdir()).filter((name) => name.startsWith("greenroom-"));
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Those that are still there two seconds later: a compiler's process ends only when it sees that its parent has. */
export async function left(family: { pid: number; command: string }[]): Promise<string[]> {
  const still = () => family.filter(({ pid }) => alive(pid)).map(({ command }) => command);
  for (let i = 0; i < 20 && still().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return still();
}
