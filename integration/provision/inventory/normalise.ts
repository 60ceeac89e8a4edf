/** What `normalise` needs to know about the texts in an answer. */
export type Rewrite = (text: string) => string;

/**
 * What AWS answered, as it compares: plain JSON with sorted members. Absent and empty lists are the same, a `Set` has
 * its members as keys, a time is `<time>`, and JSON in a text becomes what it says, so that its white space and the
 * order of its members do not matter.
 *
 * @returns undefined for what is not there
 */
export function normalise(value: unknown, rewrite: Rewrite): unknown {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") {
    const parsed = parsedJson(value);
    return parsed === undefined ? rewrite(value) : normalise(parsed, rewrite);
  }
  if (value instanceof Date) return "<time>";
  if (value instanceof Set) return members(value, rewrite);
  if (Array.isArray(value)) {
    // Not left out, so that the others keep their places.
    const list = value.map((item) => normalise(item, rewrite) ?? null);
    return list.length > 0 ? list : undefined;
  }
  if (typeof value !== "object") return value;
  const entries = Object.entries(value)
    .map(([key, member]) => [rewrite(key), normalise(member, rewrite)] as const)
    .filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.sort(byKey));
}

function members(set: Set<unknown>, rewrite: Rewrite): Record<string, true> | undefined {
  const keys = [...set].map((member) => {
    const is = normalise(member, rewrite);
    return typeof is === "string" ? is : JSON.stringify(is ?? null);
  });
  return keys.length > 0 ? Object.fromEntries(keys.sort().map((key) => [key, true])) : undefined;
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : a > b ? 1 : 0;

function parsedJson(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
