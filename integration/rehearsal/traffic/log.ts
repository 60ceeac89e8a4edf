import { lateAfterMs, outcomes, type Outcome, type Recording } from "./recording";

const growBy = 2;
const mostVersions = 200;
const mostProblems = 20;
const other = "(more versions)";

type Columns = Pick<
  Recording,
  "scheduledAt" | "latencyMs" | "lateMs" | "status" | "outcome" | "version" | "template"
>;

/** Writes down requests as they are sent and end, in arrays that grow. */
export class RequestLog {
  count = 0;
  lateSends = 0;
  maxLateMs = 0;
  readonly versions = [""];
  readonly problems: Record<string, number> = {};
  private readonly versionIndex = new Map([["", 0]]);
  private columns: Columns = columns(4096);

  /** Writes down that a request was sent, and gives its index. Until it ends, it counts as lost. */
  sent(scheduledAt: number, now: number, template: number): number {
    const index = this.count++;
    if (index >= this.columns.scheduledAt.length) this.columns = columns(index * growBy, this.columns);
    const lateMs = Math.max(0, now - scheduledAt);
    this.columns.scheduledAt[index] = scheduledAt;
    this.columns.lateMs[index] = lateMs;
    this.columns.template[index] = template;
    this.columns.outcome[index] = outcomes.indexOf("lost");
    if (lateMs > lateAfterMs) this.lateSends++;
    if (lateMs > this.maxLateMs) this.maxLateMs = lateMs;
    return index;
  }

  ended(
    index: number,
    now: number,
    outcome: Outcome,
    status: number,
    version: string,
    problem?: string,
  ): void {
    const { columns } = this;
    columns.latencyMs[index] = now - (columns.scheduledAt[index] ?? now);
    columns.outcome[index] = outcomes.indexOf(outcome);
    columns.status[index] = status;
    columns.version[index] = this.indexOf(version);
    if (problem === undefined) return;
    const known = problem in this.problems || Object.keys(this.problems).length < mostProblems;
    const text = known ? problem : "(other problems)";
    this.problems[text] = (this.problems[text] ?? 0) + 1;
  }

  /** The columns, cut to what was written. */
  close(): Columns {
    const { count, columns: all } = this;
    return {
      scheduledAt: all.scheduledAt.slice(0, count),
      latencyMs: all.latencyMs.slice(0, count),
      lateMs: all.lateMs.slice(0, count),
      status: all.status.slice(0, count),
      outcome: all.outcome.slice(0, count),
      version: all.version.slice(0, count),
      template: all.template.slice(0, count),
    };
  }

  // A server that sends a new version with every answer must not fill the memory.
  private indexOf(version: string): number {
    const known = this.versionIndex.get(version);
    if (known !== undefined) return known;
    if (this.versions.length >= mostVersions && version !== other) return this.indexOf(other);
    this.versionIndex.set(version, this.versions.length);
    return this.versions.push(version) - 1;
  }
}

function columns(size: number, from?: Columns): Columns {
  const fresh: Columns = {
    scheduledAt: new Float64Array(size),
    latencyMs: new Float32Array(size),
    lateMs: new Float32Array(size),
    status: new Uint16Array(size),
    outcome: new Uint8Array(size),
    version: new Uint16Array(size),
    template: new Uint16Array(size),
  };
  if (from) for (const name of Object.keys(fresh) as (keyof Columns)[]) fresh[name].set(from[name]);
  return fresh;
}
