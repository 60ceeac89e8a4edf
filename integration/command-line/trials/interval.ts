/** Of the normal distribution: 95 % lie within so many standard deviations. */
const z = 1.959964;

/**
 * Wilson's score interval: between which shares the true one lies with 95 % confidence, when `count` of `of` came out.
 * https://www.itl.nist.gov/div898/handbook/prc/section2/prc241.htm
 */
export function interval(count: number, of: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
