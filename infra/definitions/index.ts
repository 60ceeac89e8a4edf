import type { EcsServiceDefinition } from "../kinds/ecs/definition";

export { ecsService, type EcsServiceDefinition } from "../kinds/ecs/definition";
export { directoryOf } from "./common";
export type { CommonDefinition, Objectives, OwnResources, ResourcesContext } from "./common";

/** What a team says of a service, typed by its kind. */
export type ServiceDefinition = EcsServiceDefinition;

/** The environment variable that has the address of a service that another one uses: `LEADERBOARD_URL`. */
export const addressVariable = (service: string): string =>
  `${service.replaceAll("-", "_").toUpperCase()}_URL`;

/**
 * The definitions, each after those that it uses.
 * @throws Error for a name that is there twice, a used service that is not there, and services that use each other
 */
export function inOrderOfUse(definitions: readonly ServiceDefinition[]): ServiceDefinition[] {
  const byName = new Map(definitions.map((one) => [one.name, one]));
  const twice = definitions.find(({ name }, i) => definitions.findIndex((one) => one.name === name) !== i);
  if (twice) throw new Error(`infra/services.ts lists two services called ${twice.name}`);
  const ordered = new Set<ServiceDefinition>();
  const visit = (one: ServiceDefinition, above: readonly string[]) => {
    if (ordered.has(one)) return;
    const path = [...above, one.name];
    if (above.includes(one.name))
      throw new Error(`services cannot use each other in a circle: ${path.join(" uses ")}`);
    for (const name of one.uses) {
      const used = byName.get(name);
      if (!used)
        throw new Error(
          `services/${one.name}/service.ts: uses ${JSON.stringify(name)}, but there is only ${[...byName.keys()].join(", ")}`,
        );
      visit(used, path);
    }
    ordered.add(one);
  };
  for (const one of definitions) visit(one, []);
  return [...ordered];
}
