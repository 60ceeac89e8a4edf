import assert from "node:assert/strict";
import { chooser } from "./choice";

describe("the choice of requests", () => {
  const weights = [5, 1, 3, 1];
  const counts = (from: number, to: number, seed: number) => {
    const choose = chooser(weights, seed);
    const counted = weights.map(() => 0);
    for (let n = from; n < to; n++) {
      const chosen = choose(n);
      counted[chosen] = (counted[chosen] ?? 0) + 1;
    }
    return counted;
  };

  it("gives each its weight, evenly in any part", () => {
    for (const seed of [0, 1, 7])
      for (const from of [0, 333, 5000]) {
        const counted = counts(from, from + 100, seed);
        for (const [i, weight] of weights.entries())
          assert.ok(Math.abs((counted[i] ?? 0) - weight * 10) <= 3, `${seed}, ${from}: ${counted.join(" ")}`);
      }
  });

  it("is the same for the same seed, and another for another", () => {
    const first = (seed: number) => Array.from({ length: 50 }, (_, n) => chooser(weights, seed)(n)).join("");
    assert.equal(first(3), first(3));
    assert.notEqual(first(3), first(4));
  });

  it("takes what there is", () => assert.equal(chooser([2], 0)(17), 0));
});
