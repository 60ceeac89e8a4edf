import type { ProjectRecord } from "./model";

/**
 * Waits until the project may run one more build (`concurrentBuildLimit`), first come, first served. Gives false
 * when `signal` aborts before. Every true must be followed by `leave`.
 */
export async function enter(record: ProjectRecord, signal: AbortSignal): Promise<boolean> {
  const limit = record.project.concurrentBuildLimit ?? Infinity;
  if (signal.aborted) return false;
  if (record.running >= limit) {
    const turn = await new Promise<boolean>((resolve) => {
      const mine = () => resolve(true);
      record.waiting.push(mine);
      signal.addEventListener("abort", () => {
        record.waiting = record.waiting.filter((each) => each !== mine);
        resolve(false);
      });
    });
    return turn;
  }
  record.running++;
  return true;
}

export function leave(record: ProjectRecord): void {
  // The place goes straight to the next in line, so that nobody comes between.
  const next = record.waiting.shift();
  if (next) next();
  else record.running--;
}
