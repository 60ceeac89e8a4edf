import type { Clients } from "./clients";

/** What clients see at a moment, in a line: shares of versions, rate and failures. */
export function clientsLine(name: string, snapshot: ReturnType<Clients["snapshot"]>): string {
  if (!snapshot) return `${name}: starting`;
  const { counts, from, to } = snapshot.window;
  const sums = Object.entries(counts).map(([version, byOutcome]) => {
    const all = Object.values(byOutcome).reduce((sum, count) => sum + count, 0);
    return { version: version || "nobody", all, failed: all - (byOutcome.ok ?? 0) };
  });
  const total = sums.reduce((sum, { all }) => sum + all, 0);
  const failed = sums.reduce((sum, one) => sum + one.failed, 0);
  const shares = sums.map(
    ({ version, all }) => `${version} ${Math.round((100 * all) / Math.max(total, 1))} %`,
  );
  const rate = Math.round((1000 * total) / Math.max(to - from, 1));
  return `${name}: ${shares.join(", ")} · ${rate}/s${failed ? ` · ${failed} failed` : ""}`;
}
