import path from "node:path";
import type { BuildLanguages, RuntimeVersions } from "./build-room";
import type { Nodes } from "./nodes";
import type { Pythons } from "./pythons";
import { versionGap } from "./versions";

/** The languages that rooms can have. */
export const languagesHere = ["nodejs", "python"];

/**
 * What a build runs its languages with.
 * @param note is told what differs from what a build on AWS has
 * @throws Error with a sentence for people for a language that it asks for and that nothing stands in for
 */
export async function buildLanguages(
  { nodejs, python, ...others }: RuntimeVersions,
  asked: readonly string[],
  {
    nodes,
    pythons,
    folder,
    note,
  }: { nodes: Nodes; pythons: Pythons; folder: string; note: (gap: string) => void },
): Promise<BuildLanguages> {
  const missing = asked.find((name) => name in others);
  if (missing !== undefined)
    throw new Error(
      `runtime-versions: ${missing}: builds have ${languagesHere.join(" and ")} here; use --containers docker`,
    );
  const told = (name: string, wanted: string | undefined, version: string) => {
    const gap = versionGap(name, wanted, version);
    if (gap !== undefined) note(gap);
    return `${name} ${version}`;
  };
  const node = await nodes.find(nodejs);
  const found = await pythons.find(python).catch(() => undefined);
  const bin = await found?.forBuild(path.join(folder, "python"));
  return {
    programs: [...(bin === undefined ? [] : [bin]), ...nodes.programs(node)],
    readable: [...nodes.programs(node).map(path.dirname), ...(found?.folders() ?? [])],
    notes: [
      told("Node.js", nodejs, node),
      ...(found ? [told("Python", python && /^\d+\.\d+/.exec(python)?.[0], found.minor())] : []),
    ],
  };
}
