const idLike = [
  /^\d+$/,
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /^[0-9a-f]{12,}$/i,
  /@|%40/,
  // Long, with digits among letters: a token or a key.
  /^(?=.*\d)(?=.*[a-z])[\w.~=-]{16,}$/i,
];

/** A path as a report may show it: no query, and `{id}` for what looks like one, or is about a person. */
export const pathTemplate = (path: string): string =>
  (path.split(/[?#]/, 1)[0] ?? "/")
    .split("/")
    .map((segment) => (idLike.some((pattern) => pattern.test(segment)) ? "{id}" : segment))
    .join("/");

/** The first of these templates (`/players/{name}`) that a path is of. */
export function templateOf(path: string, templates: readonly string[]): string | undefined {
  const segments = (path.split(/[?#]/, 1)[0] ?? "/").split("/");
  return templates.find((template) => {
    const parts = template.split("/");
    return (
      parts.length === segments.length &&
      parts.every((part, i) => /^\{.+\}$/.test(part) || part === segments[i])
    );
  });
}
