import { Identifiers } from "./identifiers";
import { normalise } from "./normalise";
import type { Found, Inventory } from "./resource";
import { groupsOf } from "./shapes";

/**
 * Makes an inventory of what was found: names without what was generated, and in the attributes of all others
 * `<kind:name>` for every id. So two bring-ups compare, and a reference to the wrong resource still is a difference.
 *
 * @param fixed other texts that differ from one local AWS to the next, with what to write instead
 */
export function resolve(found: Found[], fixed: Record<string, string> = {}): Inventory {
  const ids = new Identifiers(found, fixed);
  const names = uniqueNames(found, ids);
  const label = (owner: Found) => `<${owner.kind}:${names.get(owner)}>`;
  return found
    .map((one) => ({
      kind: one.kind,
      name: names.get(one) ?? one.name,
      id: one.ids?.[0] ?? one.name,
      attributes: attributes(one, (text) => ids.replace(text, label)),
    }))
    .sort((a, b) => compareTexts(a.kind, b.kind) || compareTexts(a.name, b.name));
}

const attributes = (one: Found, rewrite: (text: string) => string) =>
  (normalise(one.attributes, rewrite) ?? {}) as Record<string, unknown>;

const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Resources of a kind that have no name of their own, or the same, are numbered. */
function uniqueNames(found: Found[], ids: Identifiers): Map<Found, string> {
  const names = new Map(found.map((one) => [one, ids.nameOf(one)]));
  const groups = groupsOf(found, (one) => `${one.kind}:${names.get(one)}`);
  const alike = [...groups.values()].filter((group) => group.length > 1);
  if (alike.length === 0) return names;

  // In the order of what they are and who refers to them, which is the same next time.
  const plainLabel = (owner: Found) => `<${owner.kind}:${names.get(owner)}>`;
  const referrers = new Map<Found, string[]>();
  const texts = new Map(
    found.map((one) => {
      const rewrite = (text: string) =>
        ids.replace(text, (owner) => {
          if (owner !== one) referrers.set(owner, [...(referrers.get(owner) ?? []), plainLabel(one)]);
          return plainLabel(owner);
        });
      return [one, JSON.stringify(attributes(one, rewrite))];
    }),
  );
  for (const group of alike) {
    const key = (one: Found) => `${texts.get(one)} ${referrers.get(one)?.sort().join(" ") ?? ""}`;
    group
      .sort((a, b) => compareTexts(key(a), key(b)))
      .forEach((one, i) => names.set(one, `${names.get(one)} #${i + 1}`));
  }
  return names;
}
