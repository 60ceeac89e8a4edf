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

/** A difference that is as it should be. */
export interface Reason {
  /** A kind, or `*` for all. */
  kind: string;
  /** @default all names. `*` stands for any characters. */
  name?: string;
  /** `*` stands for any characters, but not for `wholeResource`, which must be given as such. */
  path: string;
  /** A sentence for people. */
  why: string;
}

export interface Comparison {
  /** What no reason explains. */
  differences: Difference[];
  accepted: (Difference & { why: string })[];
  /** Reasons that explain nothing (any more): they would hide the next mistake. */
  unused: Reason[];
}

/** Compares what two local AWSs hold, resource by resource and attribute by attribute. */
export function compareInventories(a: Inventory, b: Inventory, reasons: Reason[]): Comparison {
  const comparison: Comparison = { differences: [], accepted: [], unused: [] };
  const used = new Set<Reason>();
  for (const difference of differencesOf(a, b)) {
    // All that match are in use, not only the first.
    const matching = reasons.filter((reason) => explains(reason, difference));
    for (const reason of matching) used.add(reason);
    const [first] = matching;
    if (first) comparison.accepted.push({ ...difference, why: first.why });
    else comparison.differences.push(difference);
  }
  comparison.unused = reasons.filter((reason) => !used.has(reason));
  return comparison;
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

function explains({ kind, name, path }: Reason, difference: Difference): boolean {
  if (kind !== "*" && kind !== difference.kind) return false;
  if (name !== undefined && !matches(name, difference.name)) return false;
  if (difference.path === wholeResource) return path === wholeResource;
  return matches(path, difference.path);
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
