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
export function inOrderOfUse<S extends { name: string; uses?: readonly string[] }>(
  definitions: readonly S[],
): S[] {
  const byName = new Map(definitions.map((one) => [one.name, one]));
  const twice = definitions.find(({ name }, i) => definitions.findIndex((one) => one.name === name) !== i);
  if (twice)
    throw new Error(
      `infra/services.ts lists two services called ${twice.name}: take one out, or rename one and its folder`,
    );
  const ordered = new Set<S>();
  const visit = (one: S, above: readonly string[]) => {
    if (ordered.has(one)) return;
    const path = [...above, one.name];
    if (above.includes(one.name))
      throw new Error(
        `services/${one.name}/service.ts: services cannot use each other in a circle: ${path.join(" uses ")}`,
      );
    for (const name of one.uses ?? []) {
      const used = byName.get(name);
      if (!used)
        throw new Error(
          `services/${one.name}/service.ts: uses ${JSON.stringify(name)}, but there is only ${[...byName.keys()].join(", ")}: ` +
            `list it in infra/services.ts, or take it out of "uses"`,
        );
      visit(used, path);
    }
    ordered.add(one);
  };
  for (const one of definitions) visit(one, []);
  return [...ordered];
}

/**
 * Checks the list of `infra/services.ts`.
 * @throws Error for an entry that is no definition, and as {@link inOrderOfUse} does
 */
export function checkList(definitions: readonly ServiceDefinition[]): void {
  if (definitions.length === 0)
    throw new Error("infra/services.ts lists no service: docs/add-a-service.md says how to add one");
  // A service.ts without a default export is imported as undefined.
  const wrong = definitions.findIndex(
    (one: Partial<ServiceDefinition> | undefined) => one?.kind === undefined,
  );
  if (wrong !== -1)
    throw new Error(
      `infra/services.ts: entry ${String(wrong + 1)} of the list is no definition: ` +
        "its services/NAME/service.ts must have `export default ecsService({ … })`",
    );
  inOrderOfUse(definitions);
}
