import type { Clock } from "../clock";

/** Fires what is set, each by its own next times, in AWS time. */
export class Timetable {
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly clock: Clock,
    private readonly warn: (message: string) => void,
  ) {}

  /**
   * Sets or replaces one.
   *
   * @param next the first time after another, in milliseconds; nothing when there is none
   * @param fire gets the time for which it fires; a time that a busy machine missed is made up for
   */
  set(key: string, next: (after: number) => number | undefined, fire: (time: number) => void): void {
    this.delete(key);
    const stop = new AbortController();
    this.running.set(key, stop);
    void this.clock.beside(async () => {
      let after = this.clock.now().getTime();
      for (;;) {
        const at = next(after);
        if (at === undefined) return;
        // A timer of Node.js cannot be longer than 24 days.
        for (let waitMs; (waitMs = at - this.clock.now().getTime()) > 0 && !stop.signal.aborted;)
          await this.clock.sleep(Math.min(waitMs, longestMs), stop.signal);
        if (stop.signal.aborted) return;
        after = at;
        try {
          fire(at);
        } catch (error) {
          this.warn(`schedule ${key}: ${String(error)}`);
        }
      }
    });
  }

  delete(key: string): void {
    this.running.get(key)?.abort();
    this.running.delete(key);
  }

  close(): void {
    for (const key of [...this.running.keys()]) this.delete(key);
  }
}

const longestMs = 86_400_000;
