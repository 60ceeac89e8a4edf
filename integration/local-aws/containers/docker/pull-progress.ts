/** A line of what the daemon says of a pull. https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageCreate */
export interface PullEvent {
  /** The layer's; `Pulling from …` has the tag there. */
  id?: string;
  status?: string;
  progressDetail?: { current?: number; total?: number };
}

/** Wall time until somebody who waits wants to know, and between two lines that say how far it is. */
const firstMs = 1000;
const nextMs = 15_000;

/** How far a pull is. */
export class PullProgress {
  /** Downloaded bytes, by layer. */
  private readonly layers = new Map<string, number>();
  private readonly complete = new Set<string>();

  take({ id, status, progressDetail }: PullEvent): void {
    if (!id || !status) return;
    if (/^(Pulling fs layer|Waiting|Downloading)$/.test(status))
      this.layers.set(id, progressDetail?.current ?? this.layers.get(id) ?? 0);
    if (/^(Already exists|Pull complete)$/.test(status)) {
      this.layers.set(id, this.layers.get(id) ?? 0);
      this.complete.add(id);
    }
  }

  /** For people: `3 of 7 layers, 120 MB`; nothing as long as the registry has said nothing. */
  get text(): string {
    if (this.layers.size === 0) return "";
    const bytes = [...this.layers.values()].reduce((sum, one) => sum + one, 0);
    return `${this.complete.size} of ${this.layers.size} layers, ${Math.round(bytes / 1e6)} MB`;
  }
}

/** Says what `line` gives while `work` takes longer than a moment. */
export async function sayingWhile<T>(
  work: Promise<T>,
  line: () => string,
  say: (message: string) => void,
): Promise<T> {
  let timer = setTimeout(function again() {
    say(line());
    timer = setTimeout(again, nextMs);
  }, firstMs);
  return work.finally(() => clearTimeout(timer));
}
