import { randomBytes } from "node:crypto";
import type { Unwrap } from "@pulumi/pulumi";
import type { Session } from "./session";

/** A resource being created: what its type needs besides its inputs. */
export interface Creating {
  /** The logical name in the program. */
  name: string;
  aws: Session;
  /** The resource's tags over the provider's default tags. */
  tags: Record<string, string>;
}

/** What the provider would answer. Outputs are laid over the inputs; `region` and `tagsAll` are added. */
export interface Created {
  id: string;
  outputs: Record<string, unknown>;
}

/** How resources of one type are created in the local AWS. */
export interface ResourceType {
  create(inputs: object, resource: Creating): Promise<Created>;
}

/** Resource types by token, such as `aws:ec2/vpc:Vpc`. */
export type ResourceTypes = Record<string, ResourceType>;

/**
 * Defines a resource type by what creates it, with the inputs of the class in `@pulumi/aws`. Every input that is
 * set must be read while creating: one that was not is refused afterwards (see `watched`).
 */
export function resourceType<Args extends object>(
  create: (inputs: Unwrap<Args>, resource: Creating) => Promise<Created>,
): ResourceType {
  return { create: (inputs, resource) => create(inputs as Unwrap<Args>, resource) };
}

/**
 * The physical name: as given, or from the logical name with seven random hex digits, as the provider names.
 *
 * @param longest the service's limit, in characters
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
 */
export function physicalName(
  given: string | undefined,
  resource: Creating,
  longest: number,
  separator = "-",
): string {
  if (given !== undefined) return given;
  const name = `${resource.name}${separator}${randomBytes(4).toString("hex").slice(0, 7)}`;
  if (name.length > longest) {
    throw new Error(
      `the name "${name}" is longer than the ${longest} characters that AWS allows: give it a shorter one`,
    );
  }
  return name;
}

/** Tags as most services take them. */
export const keyValues = (tags: Record<string, string>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
/** Tags as services with lower-case JSON take them. */
export const lowerKeyValues = (tags: Record<string, string>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

/** For a member that the model allows to be absent, but that AWS always answers with. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`the local AWS answered without ${what}`);
  return value;
}

/** Polls until `probe` gives a value. Bounded: a local resource that is not ready by then never will be. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  limitMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
