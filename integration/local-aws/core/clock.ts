import { AsyncLocalStorage } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import { Changes } from "./changes";

/** Wall clock, epoch milliseconds with fractions; monotonic, and the same in every thread of a process. */
export const wallNow = (): number => performance.timeOrigin + performance.now();

/** How long something took here, and how long it would have taken on AWS. Both in milliseconds. */
export interface Span {
  wallMs: number;
  awsMs: number;
}

const waited = new AsyncLocalStorage<{ wallMs: number; awsMs: number }>();

/** From `performanceNow` on, when it was `aws` (epoch milliseconds), AWS time has run at `speed`. */
export interface ClockSegment {
  performanceNow: number;
  aws: number;
  speed: number;
}

/**
 * AWS time: time as the release sees it, `speed` times faster than the wall clock.
 *
 * Only waits are sped up. Work that really runs (a build, a process start, an HTTP request) takes the wall
 * time it takes, so its timeouts are set in wall time, and `measure` counts it one to one.
 * Whoever watches it is told of each change of its speed.
 */
export class Clock extends Changes {
  private readonly segments: [ClockSegment, ...ClockSegment[]];
  private readonly limits = new Set<{ speed: number }>();
  /** Sleeps that have to look again how long they still last. */
  private readonly sleeping = new Set<() => void>();

  /** @param fastest how fast it runs unless somebody slows it */
  constructor(readonly fastest: number) {
    super();
    if (!(fastest >= 1 && fastest <= 10_000)) {
      throw new RangeError(`speed is ${fastest}; a rehearsal runs between 1 and 10000 times as fast as AWS`);
    }
    this.segments = [{ performanceNow: performance.now(), aws: Date.now(), speed: fastest }];
  }

  /** How many times as fast as the wall clock it runs now. */
  get speed(): number {
    return (this.segments.at(-1) as ClockSegment).speed;
  }

  /** How it has run so far, oldest first. */
  history(): readonly ClockSegment[] {
    return [...this.segments];
  }

  /**
   * Runs no faster than `speed` from now on, until the function that it gives is called. Of several limits, the slowest
   * holds. Time goes on without a jump, and waits that are under way go on at the new speed.
   */
  pace(speed: number): () => void {
    const limit = { speed: Math.max(1, speed) };
    this.limits.add(limit);
    this.keepLimits();
    return () => {
      if (this.limits.delete(limit)) this.keepLimits();
    };
  }

  private keepLimits(): void {
    const speed = Math.min(this.fastest, ...[...this.limits].map((limit) => limit.speed));
    if (speed === this.speed) return;
    const now = performance.now();
    this.segments.push({ performanceNow: now, aws: this.awsAt(now), speed });
    for (const look of [...this.sleeping]) look();
    this.tell();
  }

  /** Now, in AWS time. */
  now(): Date {
    return this.at(performance.now());
  }

  /** The AWS time at which something happened that was stamped with the wall clock's `performance.now()`. */
  at(performanceNow: number): Date {
    return new Date(this.awsAt(performanceNow));
  }

  private awsAt(performanceNow: number): number {
    const segment = this.segments.findLast((one) => one.performanceNow <= performanceNow) ?? this.segments[0];
    return segment.aws + (performanceNow - segment.performanceNow) * segment.speed;
  }

  /** Waits `awsMs` milliseconds of AWS time. Resolves early (never rejects) when `signal` aborts. */
  async sleep(awsMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || awsMs <= 0) return;
    const begun = performance.now();
    const from = this.awsAt(begun);
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout;
      const done = () => {
        clearTimeout(timer);
        this.sleeping.delete(look);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const look = () => {
        clearTimeout(timer);
        // A timer drops fractions, and would end the wait too early.
        timer = setTimeout(done, Math.ceil((from + awsMs - this.awsAt(performance.now())) / this.speed));
      };
      look();
      this.sleeping.add(look);
      signal?.addEventListener("abort", done, { once: true });
    });
    this.count(begun, signal?.aborted ? this.awsAt(performance.now()) - from : awsMs);
  }

  /**
   * Watches work that really runs: polls `probe` every `everyMs` of AWS time until it gives a value. Gives undefined
   * after `limitMs` or on abort. `measure` counts the time one to one, since it is the work that takes it; a limit that
   * is reached is a wait, which AWS waits as well.
   */
  async until<T>(
    probe: () => Promise<T | undefined> | T | undefined,
    { everyMs, limitMs, signal }: { everyMs: number; limitMs: number; signal?: AbortSignal },
  ): Promise<T | undefined> {
    const begun = performance.now();
    const deadline = this.now().getTime() + limitMs;
    for (;;) {
      const value = await probe();
      if (value !== undefined) return value;
      if (signal?.aborted) return undefined;
      if (this.now().getTime() >= deadline) {
        this.count(begun, limitMs);
        return undefined;
      }
      await waited.exit(() => this.sleep(everyMs, signal));
    }
  }

  /** Has whoever measures know that all since `begun` was a wait. */
  private count(begun: number, awsMs: number): void {
    const total = waited.getStore();
    if (!total) return;
    total.wallMs += performance.now() - begun;
    total.awsMs += awsMs;
  }

  /** Begins something whose waits are not those of whoever began it. */
  beside<T>(begin: () => T): T {
    return waited.exit(begin);
  }

  /** Runs `task` every `awsMs` of AWS time, never twice at once, until the returned function is called. */
  every(awsMs: number, task: () => Promise<void> | void): () => Promise<void> {
    const stop = new AbortController();
    // It goes on beside whoever started it, whose time it is not.
    const running = waited.exit(async () => {
      while (!stop.signal.aborted) {
        await this.sleep(awsMs, stop.signal);
        if (!stop.signal.aborted) await task();
      }
    });
    return async () => {
      stop.abort();
      await running;
    };
  }

  /**
   * Runs `work` and tells how long it took: here, and on AWS, where its waits would have taken their AWS time
   * and everything else as long as here. Waits of parallel branches add up, so measure each branch by itself.
   */
  async measure<T>(work: () => Promise<T>): Promise<{ value: T; span: Span }> {
    const total = { wallMs: 0, awsMs: 0 };
    const begun = performance.now();
    const value = await waited.run(total, work);
    const wallMs = performance.now() - begun;
    const outer = waited.getStore();
    if (outer) {
      outer.wallMs += total.wallMs;
      outer.awsMs += total.awsMs;
    }
    return { value, span: { wallMs, awsMs: Math.max(0, wallMs - total.wallMs) + total.awsMs } };
  }
}

export const seconds = (count: number): number => count * 1000;
export const minutes = (count: number): number => count * 60_000;
