import type { Inventory, Resource } from "./resource";

/**
 * What a stack has added or changed: without what is there as it was in a local AWS with nothing in it (the default
 * VPC, predefined deployment configurations). A default that was changed stays.
 */
export function withoutDefaults(inventory: Inventory, fresh: Inventory): Inventory {
  const text = ({ kind, name, attributes }: Resource) => JSON.stringify([kind, name, attributes]);
  const defaults = new Set(fresh.map(text));
  return inventory.filter((resource) => !defaults.has(text(resource)));
}
