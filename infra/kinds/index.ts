import type { ServiceDefinition } from "../definitions";
import { ecs, type EcsOutputs } from "./ecs";
import type { Configured, Kind } from "./kind";

export type { Configured, Made, Place } from "./kind";

/** The kinds of services that there are, a folder and a line each. */
const kinds = { ecs };

/** What stacks say of services, by kind. */
export type OutputsOfKind = EcsOutputs;
/** A service as one environment runs it. */
export type Service = {
  [K in ServiceDefinition["kind"]]: Configured<DefinitionOf<K>>;
}[ServiceDefinition["kind"]];

type DefinitionOf<K extends ServiceDefinition["kind"]> = Extract<ServiceDefinition, { kind: K }>;

/** A definition's kind. That the two belong together is what TypeScript cannot tell: it is said here, and only here. */
export function kindOf<Definition extends ServiceDefinition>({ kind }: Definition) {
  return kinds[kind] as unknown as Kind<Definition, OutputsOfKind>;
}
