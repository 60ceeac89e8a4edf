/** A tag, in the spellings that services have. */
interface Tag {
  Key?: string;
  Value?: string;
  key?: string;
  value?: string;
  TagKey?: string;
  TagValue?: string;
}

/** Tags by their keys. */
export const tagsOf = (tags: Tag[] | undefined): Record<string, string> | undefined =>
  recordOf(
    tags,
    (tag) => tag.Key ?? tag.key ?? tag.TagKey,
    (tag) => tag.Value ?? tag.value ?? tag.TagValue ?? "",
  );

/** A list by its members' own keys, so that its order does not matter and a difference says where it is. */
export function recordOf<T, V>(
  list: Iterable<T> | undefined,
  key: (item: T) => string | number | undefined,
  value: (item: T) => V,
): Record<string, V> | undefined {
  const entries = [...(list ?? [])].map((item) => [String(key(item)), value(item)] as const);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** A list whose order says nothing. */
export const setOf = <T>(list: Iterable<T> | undefined): Set<T> | undefined => list && new Set(list);

/** `object` without these members. */
export function without<T extends object, K extends keyof T>(object: T, ...members: K[]): Omit<T, K> {
  const left: readonly unknown[] = members;
  return Object.fromEntries(Object.entries(object).filter(([member]) => !left.includes(member))) as Omit<
    T,
    K
  >;
}

/** `list` by what `key` says of its members. */
export function groupsOf<T>(list: T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
