import type { PolicyResource } from "@pulumi/policy";

/**
 * In a preview, reading what only the deployment can know throws.
 * @see https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/
 */
function isUnknown(error: unknown): boolean {
  return error instanceof Error && "unknownTypeSentinel" in error;
}

/** A value, or `undefined` where a preview cannot know it. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return undefined;
  }
}

/**
 * Judges one after the other. What a preview cannot know of one does not hide what it knows of the others; in the end
 * it is thrown all the same, so that Pulumi says that the rule could not be run in full.
 */
export function judgeEach<T>(items: Iterable<T>, judge: (item: T) => void): void {
  let unknown: unknown;
  for (const item of items) {
    try {
      judge(item);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      unknown ??= error;
    }
  }
  if (unknown !== undefined) throw unknown as Error;
}

/**
 * Whether a property of a resource names another one: by its value or, where a preview does not know that yet, by the
 * resources that Pulumi knows the property to be made from.
 */
export function refersTo(
  from: PolicyResource,
  property: string,
  given: () => string | string[] | undefined,
  to: PolicyResource,
  identity: () => string | undefined,
): boolean {
  const values = known(() => [given()].flat());
  const wanted = known(identity);
  if (values !== undefined && wanted !== undefined) return values.includes(wanted);
  return from.propertyDependencies[property]?.includes(to) ?? false;
}
