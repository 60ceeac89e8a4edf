import type { NotRehearsed } from "./model";

/** What has to be known of a service to choose it. */
export interface Candidate {
  name: string;
  kind: string;
  /** Services whose addresses it is given. */
  uses?: readonly string[];
}

/** Which services a rehearsal is about. */
export interface Plan {
  /** Those whose scenarios are played. */
  rehearsed: string[];
  /** Those that they use: released once first, in this order. */
  standing: string[];
  notRehearsed: NotRehearsed[];
}

/** Something that was asked for cannot be had: what, and what there is. */
export class PlanError extends Error {
  override name = "PlanError";
}

/**
 * Chooses services from the list of `infra/services.ts`: those that are named, all, or else the first of each kind; with
 * what they use.
 *
 * @throws {PlanError} naming what there is
 */
export function planOf(
  candidates: readonly Candidate[],
  asked: { services?: readonly string[]; all?: boolean },
): Plan {
  const names = candidates.map(({ name }) => name);
  for (const name of asked.services ?? [])
    if (!names.includes(name))
      throw new PlanError(
        `--service ${name}: there is no such service; infra/services.ts has ${names.join(", ")}`,
      );
  const isFirst = ({ kind }: Candidate, index: number) =>
    candidates.findIndex((one) => one.kind === kind) === index;
  const wanted = asked.services
    ? candidates.filter(({ name }) => asked.services?.includes(name))
    : asked.all
      ? candidates
      : candidates.filter(isFirst);
  const rehearsed = wanted.map(({ name }) => name);
  const standing = usedBy(candidates, rehearsed).filter((name) => !rehearsed.includes(name));
  return {
    rehearsed,
    standing,
    notRehearsed: candidates
      .filter(({ name }) => !rehearsed.includes(name) && !standing.includes(name))
      .map(({ name }) => ({
        service: name,
        reason: `nobody asked for it: --service ${name} or --all rehearses it`,
        asked: false,
      })),
  };
}

/** What services use, and what that uses; each after what it uses itself. */
function usedBy(candidates: readonly Candidate[], names: readonly string[]): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const used of candidates.find((one) => one.name === name)?.uses ?? []) {
      if (!candidates.some((one) => one.name === used))
        throw new PlanError(
          `${name} uses "${used}", which is not in infra/services.ts: list it, or take it out of "uses"`,
        );
      visit(used);
      if (!found.includes(used)) found.push(used);
    }
  };
  for (const name of names) visit(name);
  return found;
}
