import { asset } from "@pulumi/pulumi";

/**
 * Wraps a resource's inputs so that it is known afterwards which of them were looked at, at any depth. What a
 * resource type does not look at it does not create, and that must not pass in silence.
 *
 * Absent and empty values (undefined, null, `[]`, `{}`) need not be looked at.
 */
export function watched<T extends object>(inputs: T): { inputs: T; ignored(): string[] } {
  const read = new Set<string>();
  const wrap = (value: unknown, path: string): unknown => {
    if (isLeaf(value)) return value;
    return new Proxy(value as object, {
      get(target, key, receiver) {
        const child: unknown = Reflect.get(target, key, receiver);
        if (typeof key === "symbol" || typeof child === "function") return child;
        const at = join(path, key, Array.isArray(target));
        read.add(at);
        return wrap(child, at);
      },
    });
  };
  const unread = (value: unknown, path: string): string[] => {
    if (value === undefined || value === null) return [];
    if (path && !read.has(path)) return leaves(value).length > 0 ? [path] : [];
    if (isLeaf(value)) return [];
    const array = Array.isArray(value);
    return Object.entries(value as object).flatMap(([key, child]) => unread(child, join(path, key, array)));
  };
  return { inputs: wrap(inputs, "") as T, ignored: () => unread(inputs, "") };
}

const isLeaf = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  asset.Asset.isInstance(value) ||
  asset.Archive.isInstance(value);

const leaves = (value: unknown): unknown[] => {
  if (value === undefined || value === null) return [];
  return isLeaf(value) ? [value] : Object.values(value as object).flatMap(leaves);
};

const join = (path: string, key: string, inArray: boolean) =>
  inArray ? `${path}[${key}]` : path ? `${path}.${key}` : key;
