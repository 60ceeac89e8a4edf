import { inOrderOfUse } from "../../infra/definitions";
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
  const inOrder = inOrderOfUse(candidates);
  const needed = withUsed(inOrder, rehearsed);
  const standing = inOrder
    .map(({ name }) => name)
    .filter((name) => needed.has(name) && !rehearsed.includes(name));
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

/**
 * The same without services that have none of the scenarios that are asked for.
 *
 * @param having those that have one
 * @throws {PlanError} when none has one
 */
export function planWith(
  candidates: readonly Candidate[],
  asked: { services?: readonly string[]; all?: boolean },
  ids: readonly string[],
  having: readonly string[],
): Plan {
  const { rehearsed } = planOf(candidates, asked);
  if (having.length === 0)
    throw new PlanError(
      `--scenario ${ids.join(" ")}: none of these is a scenario of ${rehearsed.join(" or ")}; --help lists all`,
    );
  const plan = planOf(candidates, { services: having });
  return {
    ...plan,
    notRehearsed: plan.notRehearsed.map((one) =>
      rehearsed.includes(one.service) ? { ...one, reason: `it has no scenario ${ids.join(" or ")}` } : one,
    ),
  };
}

/** These, and what they use, and what that uses. @param inOrder each service after those that it uses */
function withUsed(inOrder: readonly Candidate[], names: readonly string[]): Set<string> {
  const found = new Set(names);
  for (const { name, uses = [] } of inOrder.toReversed())
    if (found.has(name)) for (const used of uses) found.add(used);
  return found;
}
