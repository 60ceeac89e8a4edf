import type { Session } from "../direct/session";

/** One thing that an account of the local AWS holds, as an inventory shows it: plain JSON. */
export interface Resource {
  /** In plain words: "target group". */
  kind: string;
  /** The same from one bring-up to the next: what was generated is taken out. Unique within its kind. */
  name: string;
  /** What AWS calls it this time. Not compared; for people who go and look. */
  id: string;
  /**
   * What AWS answers about it. Another resource's id is written `<kind:name>` wherever it occurs, a time `<time>`, a
   * set as members that are `true`, and JSON in a text (a policy, a pattern) as what it says.
   */
  attributes: Record<string, unknown>;
}

/** Everything that an account holds in a region, sorted by kind and name. */
export type Inventory = Resource[];

/** A resource as a service's reader finds it: with the ids of this time. */
export interface Found {
  kind: string;
  /** As AWS knows it. It may hold ids of other resources ("main of vpc-1234"). */
  name: string;
  /** Generated ids by which others refer to it, the one for people first; a generated name counts without being here. */
  ids?: string[];
  /** A list whose order says nothing is a `Set`. */
  attributes: Record<string, unknown>;
}

/** How to read one service. */
export interface Service {
  /** Pulumi's resource types that it reads, whether as resources or as attributes of them. */
  types: string[];
  read(aws: Session): Promise<Found[]>;
}
