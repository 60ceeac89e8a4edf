import type { ScenarioResult } from "../model";

const good = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)"];
const faulty = ["var(--c6)", "var(--c7)"];
const standIn = "var(--c0)";

/** A colour for each version, the same all through the report: bad releases are warm, what was there before is grey. */
export function versionColors(scenarios: readonly ScenarioResult[]): (version: string) => string {
  const colors = new Map<string, string>([["", "var(--soft)"]]);
  let [goods, bads] = [0, 0];
  const releases = scenarios.flatMap(({ verdict }) => verdict?.releases ?? []);
  const bad = new Set(releases.filter(({ expected }) => expected !== "safe").map(({ version }) => version));
  for (const { version } of releases) {
    if (colors.has(version)) continue;
    const color = bad.has(version) ? faulty[bads++ % faulty.length] : good[goods++ % good.length];
    colors.set(version, color ?? standIn);
  }
  return (version) => colors.get(version) ?? standIn;
}
