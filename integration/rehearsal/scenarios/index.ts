import { services } from "../../../infra/services";
import { directoryOf, type ServiceDefinition } from "../../../infra/definitions";
import { root } from "../../checkout";
import type { Tree } from "../../local-aws/codepipeline/tree";
import { patched } from "../incidents/patch";
import { incidentsFolder, readIncidents } from "../incidents/incident";
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

/** What `npm start` rehearses: the second of each service that keeps an incident of this name. */
export const usual: readonly string[] = [goodRelease.id, "bad-release"];

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
 * @throws when a file of theirs cannot be used, or their patch does not apply to the working tree
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
  const wanted = ids.includes("all") ? scenariosOf(service).map(({ id }) => id) : ids;
  const chosen: Scenario[] = [];
  for (const id of wanted) {
    const own = environmentScenariosOf(service).find((one) => one.id === id);
    const incident = incidents.find((one) => one.id === id);
    if (own) chosen.push(own);
    if (!incident) continue;
    const { patch, fault, outcome } = incident;
    if (fault !== undefined)
      checkedFault(fault, `${incidentsFolder(directory)}/${id}/incident.yaml: "fault"`);
    const change = patch && (await patched(tree, patch.text, patch.file));
    chosen.push(incidentScenario({ ...incident, accepted: [outcome] }, change));
  }
  return chosen;
}
