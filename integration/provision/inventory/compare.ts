import type { Inventory, Resource } from "./resource";

/** Where two inventories say different things. */
export interface Difference {
  kind: string;
  name: string;
  /** `Attributes.idle_timeout.timeout_seconds`, `stages[2].name`, or `wholeResource`. */
  path: string;
  /** Undefined where the first inventory has nothing. */
  a: unknown;
  /** Undefined where the second inventory has nothing. */
  b: unknown;
}

/** The path of a resource that only one of the inventories has. */
export const wholeResource = "(the resource)";

/** Where two local AWSs hold different things, resource by resource and attribute by attribute. */
export function compareInventories(a: Inventory, b: Inventory): Difference[] {
  return [...differencesOf(a, b)];
}

function* differencesOf(a: Inventory, b: Inventory): Generator<Difference> {
  const key = ({ kind, name }: Resource) => `${kind}:${name}`;
  const [inA, inB] = [byKey(a, key), byKey(b, key)];
  for (const at of [...new Set([...inA.keys(), ...inB.keys()])].sort()) {
    const [one, other] = [inA.get(at), inB.get(at)];
    const { kind, name } = (one ?? other) as Resource;
    if (one && other) {
      for (const found of inside(one.attributes, other.attributes, "")) yield { kind, name, ...found };
    } else yield { kind, name, path: wholeResource, a: one?.attributes, b: other?.attributes };
  }
}

/** @throws Error if two resources have one key: one of them would not be compared */
function byKey(inventory: Inventory, key: (resource: Resource) => string): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const resource of inventory) {
    if (resources.has(key(resource))) throw new Error(`the inventory has "${key(resource)}" twice`);
    resources.set(key(resource), resource);
  }
  return resources;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function* inside(a: unknown, b: unknown, path: string): Generator<Pick<Difference, "path" | "a" | "b">> {
  if (isObject(a) && isObject(b)) {
    for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
      yield* inside(a[key], b[key], path ? `${path}.${key}` : key);
    }
  } else if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) yield* inside(a[i], b[i], `${path}[${i}]`);
  } else if (a !== b) yield { path, a, b };
}
