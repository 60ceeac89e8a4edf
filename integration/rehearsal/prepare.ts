import { directoryOf, type ServiceDefinition } from "../../infra/definitions";
import { services } from "../../infra/services";
import { root } from "../checkout";
import { readTree, type Tree } from "../local-aws/codepipeline/tree";
import type { RuntimeName } from "../local-aws/containers/choose";
import type { NotPlayed } from "./model";
import { checkOwed, checkRunsAsProcess } from "./owed";
import { PlanError, planOf, type Plan } from "./plan";
import { chooseScenarios, usual } from "./scenarios";
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
  const ids = asked.scenarios ?? (asked.fault === undefined ? usual : []);
  const faults = asked.fault === undefined ? [] : [faultScenario(checkedFault(asked.fault, "--fault"))];
  const tree = await readTree(root);
  const first = planOf(services, asked);
  const chosen = new Map<string, Scenario[]>();
  for (const name of first.rehearsed)
    chosen.set(name, [...(await chooseScenarios(definitionOf(name), ids, tree)), ...faults]);
  const having = first.rehearsed.filter((name) => chosen.get(name)?.length);
  if (having.length === 0)
    throw new PlanError(`--scenario ${ids.join(" ")}: ${first.rehearsed.join(" and ")} has none of these`);
  const prepared = prepareWith({ services: having }, tree, (name) => chosen.get(name) ?? []);
  const { plan } = prepared;
  const lacking = first.rehearsed.flatMap((service) =>
    ids
      .filter((id) => id !== "all" && !chosen.get(service)?.some((one) => one.id === id))
      .map((scenario) => ({ service, scenario })),
  );
  const notRehearsed = plan.notRehearsed.map((one) =>
    first.rehearsed.includes(one.service)
      ? { ...one, reason: `it has no scenario ${ids.join(" or ")}` }
      : one,
  );
  return { ...prepared, plan: { ...plan, notRehearsed }, notPlayed: lacking };
}

/** The same, with what is played of each service chosen otherwise. */
export function prepareWith(
  asked: Pick<Asked, "services" | "all">,
  tree: Tree,
  scenariosOf: (service: string) => Scenario[],
): Prepared {
  const plan = planOf(services, asked);
  checkFolders(tree, services);
  checkStackFiles(root, services);
  const scenarios = new Map<string, Scenario[]>();
  for (const name of [...plan.rehearsed, ...plan.standing]) {
    loadTraffic(root, directoryOf({ name }));
    checkOwed(tree, definitionOf(name));
    scenarios.set(name, plan.standing.includes(name) ? [goodRelease] : scenariosOf(name));
  }
  return { plan, scenarios, notPlayed: [], tree };
}

/** Checks that what runs images can run these services. @throws naming file, line and what to do */
export function checkRuns({ plan, tree }: Prepared, runtime: RuntimeName): void {
  if (runtime === "process")
    for (const name of [...plan.standing, ...plan.rehearsed]) checkRunsAsProcess(tree, definitionOf(name));
}

/** @throws {PlanError} for a service that is not in the list */
export function definitionOf(name: string): ServiceDefinition {
  const found = services.find((one) => one.name === name);
  if (!found) throw new PlanError(`infra/services.ts does not list ${name}`);
  return found;
}
