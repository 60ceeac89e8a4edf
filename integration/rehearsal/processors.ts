import os from "node:os";
import { performance } from "node:perf_hooks";
import type { WallMs } from "./model";

/** Wall milliseconds between two looks. */
const every = 1000;

/** How busy this machine's processors are, with whatever anybody runs: a verdict may be one about the machine. */
export class Processors {
  private readonly looks: { at: WallMs; idleMs: number; allMs: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly times: () => { idleMs: number; allMs: number } = sinceBoot) {
    this.look();
    this.timer = setInterval(() => this.look(), every).unref();
  }

  /** All of them together, between two moments; undefined for less than a second. */
  busyPercent(from: WallMs, to: WallMs): number | undefined {
    const within = this.looks.filter(({ at }) => at >= from && at <= to);
    const [first, last] = [within[0], within.at(-1)];
    if (!first || !last || last.allMs === first.allMs) return undefined;
    return Math.round(100 * (1 - (last.idleMs - first.idleMs) / (last.allMs - first.allMs)));
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    this.looks.push({ at: performance.timeOrigin + performance.now(), ...this.times() });
  }
}

function sinceBoot(): { idleMs: number; allMs: number } {
  let [idleMs, allMs] = [0, 0];
  for (const { times } of os.cpus()) {
    idleMs += times.idle;
    allMs += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { idleMs, allMs };
}
