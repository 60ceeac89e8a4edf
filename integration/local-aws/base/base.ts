/** An emulator behind the local AWS, for what need not act. */
export interface Base {
  /** E.g. `MiniStack`. */
  readonly product: string;
  /** Its name, version and, if that is not ours, its place, for people: `MiniStack 1.5.33`. */
  readonly name: string;
  readonly version: string;
  readonly url: string;
  /** What it offers, by signing name. */
  readonly services: ReadonlySet<string>;
  /** Rejects when the base ends before it is closed. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/** The base cannot run, or stopped running: the rehearsal could not be held. */
export class BaseError extends Error {
  override name = "BaseError";
}
