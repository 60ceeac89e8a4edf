/**
 * Chooses among weighted things: exact shares in a random order, as cards dealt from a shuffled deck.
 *
 * An Application Load Balancer chooses a target group at random by weight. The deck holds each thing as often as its
 * weight says (10 and 90 make ten cards), so every whole deck has exactly the shares asked for, and a canary's bound
 * can be checked to the request; the shuffle keeps clients that ask in a fixed rhythm from always meeting the same
 * group, which a plain round robin by weight would not. The same seed deals the same cards.
 */
export class Deck<T> {
  private readonly cards: T[] = [];
  private next = 0;

  constructor(
    entries: readonly { value: T; weight: number }[],
    private seed = 1,
  ) {
    const divisor = entries.reduce((sofar, { weight }) => gcd(sofar, weight), 0) || 1;
    for (const { value, weight } of entries) {
      for (let i = 0; i < weight / divisor; i++) this.cards.push(value);
    }
    this.next = this.cards.length;
  }

  /** Undefined when no weight is above 0. */
  draw(): T | undefined {
    if (this.next >= this.cards.length) this.shuffle();
    return this.cards[this.next++];
  }

  private shuffle(): void {
    this.next = 0;
    for (let i = this.cards.length - 1; i > 0; i--) {
      // Mulberry32: small, and good enough to break rhythms.
      this.seed = (this.seed + 0x6d2b79f5) | 0;
      let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      const j = ((t ^ (t >>> 14)) >>> 0) % (i + 1);
      [this.cards[i], this.cards[j]] = [this.cards[j] as T, this.cards[i] as T];
    }
  }
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
