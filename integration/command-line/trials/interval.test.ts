import assert from "node:assert/strict";
import { interval } from "./interval";

describe("the interval of a share", () => {
  const rounded = (count: number, of: number) => {
    const { low, high } = interval(count, of);
    return [low, high].map((share) => +share.toFixed(4));
  };

  it("is Wilson's", () => {
    assert.deepEqual(rounded(4, 20), [0.0807, 0.416]);
    assert.deepEqual(rounded(20, 20), [0.8389, 1]);
    assert.deepEqual(rounded(0, 20), [0, 0.1611]);
    assert.deepEqual(rounded(1, 1), [0.2065, 1]);
  });

  it("is everything where nothing was tried", () => {
    assert.deepEqual(interval(0, 0), { low: 0, high: 1 });
  });
});
