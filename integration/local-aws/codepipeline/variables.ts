const reference = /#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_-]+)\}/g;

/** Variables by namespace, as `#{namespace.name}` refers to them. */
export type Namespaces = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** A reference to a variable that no action has put out. */
export class UnresolvedVariable extends Error {
  override name = "UnresolvedVariable";
}

/**
 * Replaces the variables in an action's configuration.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
 *
 * @throws {UnresolvedVariable} naming the key and the reference
 */
export function resolveConfiguration(
  configuration: Readonly<Record<string, string>>,
  namespaces: Namespaces,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [key, value] of Object.entries(configuration)) {
    resolved[key] = value.replace(reference, (whole, namespace: string, name: string) => {
      const found = namespaces.get(namespace)?.[name];
      if (found !== undefined) return found;
      const why = namespaces.has(namespace)
        ? `namespace ${namespace} has no variable ${name}`
        : `no action with the namespace ${namespace} has run`;
      throw new UnresolvedVariable(`configuration ${key} refers to ${whole}: ${why}`);
    });
  }
  return resolved;
}

/** The namespaces that a configuration refers to. */
export function referredNamespaces(configuration: Readonly<Record<string, string>>): string[] {
  const values = Object.values(configuration);
  return values.flatMap((value) => [...value.matchAll(reference)].map((match) => match[1] ?? ""));
}
