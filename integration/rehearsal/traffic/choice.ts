/** The golden ratio's fraction: its multiples fall most evenly between 0 and 1, however many there are. */
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * Chooses by weight, evenly: among any n choices in a row, each has its share to within a few. The same seed gives the
 * same choices.
 * @returns which one the n-th choice is
 */
export function chooser(weights: readonly number[], seed: number): (n: number) => number {
  const sums: number[] = [];
  let total = 0;
  for (const weight of weights) sums.push((total += weight));
  const start = fraction((seed + 1) * Math.SQRT2);
  return (n) => {
    const at = fraction(start + n * golden) * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const fraction = (value: number) => value - Math.floor(value);
