import { services } from "../../../infra/services";
import { directoryOf, type ServiceDefinition } from "../../../infra/definitions";
import { root } from "../../checkout";
import type { Tree } from "../../local-aws/codepipeline/tree";
import { patched } from "../incidents/patch";
import { incidentsFolder, readIncidents } from "../incidents/incident";
import type { NotPlayed } from "../model";
import { PlanError } from "../plan";
import { approvalRejected } from "./approval-rejected";
import { goodRelease } from "./good-release";
import { hookSilent } from "./hook-silent";
import { checkedFault, incidentScenario } from "./incident";
import type { Scenario } from "./scenario";

/** Those of the environment: any service's. */
const environmentScenarios: readonly Scenario[] = [goodRelease, hookSilent, approvalRejected];

const environmentScenariosOf = (service: ServiceDefinition): Scenario[] =>
  environmentScenarios.filter(({ needs }) => needs === undefined || service[needs] !== undefined);

/** What a rehearsal of a service plays unless it is told otherwise: a good release, and what its team wants to have proven. */
export const usualOf = (service: ServiceDefinition): string[] => [
  goodRelease.id,
  ...readIncidents(root, directoryOf(service))
    .filter(({ played }) => played === "always")
    .map(({ id }) => id),
];

/** The scenarios of a service, in the order in which all of them are played. */
export function scenariosOf(service: ServiceDefinition): Pick<Scenario, "id" | "title">[] {
  const [first, ...others] = environmentScenariosOf(service);
  return [...(first ? [first] : []), ...readIncidents(root, directoryOf(service)), ...others];
}

/** Those of all services, each id once: for the command line. */
export function knownScenarios(): Pick<Scenario, "id" | "title">[] {
  const all = services.flatMap(scenariosOf);
  return all.filter(({ id }, i) => all.findIndex((one) => one.id === id) === i);
}

/**
 * The scenarios of a service that were asked for, in that order; `all` are all of them.
 * @throws when a file of any incident cannot be used, or its patch does not apply to the working tree
 */
export async function chooseScenarios(
  service: ServiceDefinition,
  ids: readonly string[],
  tree: Tree,
): Promise<Scenario[]> {
  const directory = directoryOf(service);
  const incidents = readIncidents(root, directory);
  const taken = incidents.find(({ id }) => environmentScenarios.some((one) => one.id === id));
  if (taken)
    throw new PlanError(
      `${incidentsFolder(directory)}/${taken.id}: every service has a scenario of this name already; rename the folder`,
    );
  const all = environmentScenariosOf(service);
  // All of them are made: an incident that has become unusable is told of when somebody is there who can mend it.
  for (const incident of incidents) {
    const { id, patch, fault, outcome } = incident;
    if (fault !== undefined)
      checkedFault(fault, `${incidentsFolder(directory)}/${id}/incident.yaml: "fault"`);
    const change = patch && (await patched(tree, patch.text, patch.file));
    all.push(incidentScenario({ ...incident, accepted: [outcome] }, change));
  }
  const wanted = ids.includes("all") ? scenariosOf(service).map(({ id }) => id) : ids;
  return wanted.flatMap((id) => all.filter((one) => one.id === id));
}

/** What of a service's scenarios is not played, and why. */
export function leftOut(
  service: ServiceDefinition,
  chosen: readonly Pick<Scenario, "id">[],
  asked: { scenarios?: readonly string[]; fault?: string },
): NotPlayed[] {
  const without = (ids: readonly string[]) => ids.filter((id) => !chosen.some((one) => one.id === id));
  const { name } = service;
  if (asked.scenarios) {
    const lacking = without(asked.scenarios).filter((id) => id !== "all");
    return lacking.length > 0
      ? [{ service: name, scenarios: lacking, reason: "it has no such scenario" }]
      : [];
  }
  if (asked.fault !== undefined) return [];
  const others = without(scenariosOf(service).map(({ id }) => id));
  const folder = incidentsFolder(directoryOf(service));
  return [
    ...(readIncidents(root, directoryOf(service)).length > 0
      ? []
      : [{ service: name, scenarios: [], reason: `nothing bad: ${folder}/ has no incident` }]),
    ...(others.length > 0
      ? [{ service: name, scenarios: others, reason: "on request, by --scenario all or their names" }]
      : []),
  ];
}
