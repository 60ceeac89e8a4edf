import { directoryOf, type ServiceDefinition } from "../../infra/definitions";
import { services } from "../../infra/services";
import { root } from "../checkout";
import { readTree, type Tree } from "../local-aws/codepipeline/tree";
import { parseFault } from "../local-aws/core/faults";
import type { LocalAws } from "../local-aws/local-aws";
import type { NotPlayed } from "./model";
import { checkOwed, checkRunsAsProcess } from "./owed";
import { PlanError, planOf, planWith, type Plan } from "./plan";
import { chooseScenarios, leftOut, usualOf } from "./scenarios";
import { goodRelease } from "./scenarios/good-release";
import { checkedFault, faultScenario } from "./scenarios/incident";
import type { Scenario } from "./scenarios/scenario";
import { checkFolders, checkStackFiles } from "./service-files";
import { loadTraffic } from "./traffic/load";

/** What is rehearsed: checked, before anything starts. */
export interface Prepared {
  plan: Plan;
  /** By the service's name. */
  scenarios: Map<string, Scenario[]>;
  /** What services do not have of the scenarios that others play. */
  notPlayed: NotPlayed[];
  tree: Tree;
}

/** What was asked for. */
export interface Asked {
  services?: readonly string[];
  all?: boolean;
  /** Ids of scenarios. @default the usual ones */
  scenarios?: readonly string[];
  /** A generic fault of production's candidate, which takes the place of what is usual. */
  fault?: string;
}

/**
 * Checks everything that services keep for their rehearsals. A service that has none of the scenarios is not rehearsed.
 * @throws naming file, key and what to do
 */
export async function prepare(asked: Asked): Promise<Prepared> {
  const faults = asked.fault === undefined ? [] : [faultScenario(checkedFault(asked.fault, "--fault"))];
  const tree = await readTree(root);
  const chosen = new Map<string, Scenario[]>();
  const notPlayed: NotPlayed[] = [];
  const first = planOf(services, asked);
  for (const name of first.rehearsed) {
    const service = definitionOf(name);
    const ids = asked.scenarios ?? (asked.fault === undefined ? usualOf(service) : []);
    const own = [...(await chooseScenarios(service, ids, tree)), ...faults];
    chosen.set(name, own);
    notPlayed.push(...leftOut(service, own, asked));
  }
  const of = (service: string) => chosen.get(service) ?? [];
  const having = first.rehearsed.filter((name) => of(name).length > 0);
  const plan = planWith(services, asked, asked.scenarios ?? [], having);
  return { ...checkedPlan(tree, { plan, notPlayed }, of), tree };
}

/** The same, with the same scenarios of every service. */
export function prepareWith(
  asked: Pick<Asked, "services" | "all">,
  tree: Tree,
  scenarios: Scenario[],
): Prepared {
  const of = () => scenarios;
  return { ...checkedPlan(tree, { plan: planOf(services, asked), notPlayed: [] }, of), tree };
}

function checkedPlan(
  tree: Tree,
  { plan, notPlayed }: Pick<Prepared, "plan" | "notPlayed">,
  scenariosOf: (service: string) => Scenario[],
): Omit<Prepared, "tree"> {
  checkFolders(tree, services);
  checkStackFiles(root, services);
  const scenarios = new Map<string, Scenario[]>();
  for (const name of [...plan.rehearsed, ...plan.standing]) {
    loadTraffic(root, directoryOf({ name }));
    checkOwed(tree, definitionOf(name));
    scenarios.set(name, plan.standing.includes(name) ? [goodRelease] : scenariosOf(name));
  }
  return { plan, scenarios, notPlayed };
}

/** Checks that a local AWS can run these services, and has the faults. @throws naming file, line and what to do */
export function checkRuns(
  { plan, scenarios, tree }: Prepared,
  { containers, faults }: Pick<LocalAws, "containers" | "faults">,
): void {
  if (containers.runtime === "process")
    for (const name of [...plan.standing, ...plan.rehearsed]) checkRunsAsProcess(tree, definitionOf(name));
  for (const { fault } of [...scenarios.values()].flat())
    if (fault !== undefined) faults.check(parseFault(fault));
}

/** @throws {PlanError} for a service that is not in the list */
export function definitionOf(name: string): ServiceDefinition {
  const found = services.find((one) => one.name === name);
  if (!found) throw new PlanError(`infra/services.ts does not list ${name}`);
  return found;
}
