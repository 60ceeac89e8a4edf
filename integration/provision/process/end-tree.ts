import { execFileSync } from "node:child_process";

/** Ends a process and all that it has started, at once: for one that has not ended when it was asked to. */
export function endTree(root: number | undefined): void {
  if (root === undefined) return;
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const parents = listed
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [root];
  for (const pid of tree) for (const [child = 0, parent] of parents) if (parent === pid) tree.push(child);
  for (const pid of tree) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
