/** Tells whoever watches that something has changed. */
export class Changes {
  private readonly watchers = new Set<() => void>();

  /** Tells of each change, until the returned function is called. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed);
    return () => void this.watchers.delete(changed);
  }

  protected tell(): void {
    for (const changed of this.watchers) changed();
  }
}
