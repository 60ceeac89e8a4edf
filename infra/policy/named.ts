import type { PolicyResource } from "@pulumi/policy";
import type { Resource } from "@pulumi/pulumi";
import type { ResolvedResource } from "@pulumi/pulumi/queryable";

/** A resource of a known class, with what is known of it. */
export interface Typed<T extends Resource> {
  resource: PolicyResource;
  props: ResolvedResource<T>;
}

/** A class as @pulumi/policy takes it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ResourceClass<T extends Resource> = new (...rest: any[]) => T;

/** The resources of one class. */
export function allOf<T extends Resource>(resources: PolicyResource[], type: ResourceClass<T>): Typed<T>[] {
  return resources.flatMap((resource) => {
    const props = resource.asType(type);
    return props ? [{ resource, props }] : [];
  });
}

/** How violations call a resource: `Bucket artifacts`. */
export function called({ type, name }: { type: string; name: string }): string {
  return `${type.split(":").at(-1) ?? type} ${name}`;
}

/** The stack that a resource is in. */
export function stackOf({ urn }: { urn: string }): string {
  return urn.split("::")[0]?.split(":").at(-1) ?? "";
}
