import type { CreateScheduleInput, ScheduleGroupState, ScheduleState } from "@aws-sdk/client-scheduler";
import { Regional } from "../core/regional";

export interface KeptSchedule extends CreateScheduleInput {
  Name: string;
  Arn: string;
  GroupName: string;
  State: ScheduleState;
  CreationDate: Date;
  LastModificationDate: Date;
}

export interface KeptGroup {
  Name: string;
  Arn: string;
  State: ScheduleGroupState;
  CreationDate: Date;
  LastModificationDate: Date;
  tags: Map<string, string>;
}

export interface Place {
  account: string;
  region: string;
  groups: Map<string, KeptGroup>;
  /** By group and name. */
  schedules: Map<string, KeptSchedule>;
}

/** The schedules and groups of each account and region. The group "default" is always there. */
export const places = (now: () => Date) =>
  new Regional<Place>((account, region) => {
    const place: Place = { account, region, groups: new Map(), schedules: new Map() };
    place.groups.set("default", newGroup(place, "default", now()));
    return place;
  });

export const newGroup = ({ account, region }: Place, Name: string, now: Date): KeptGroup => ({
  Name,
  Arn: `arn:aws:scheduler:${region}:${account}:schedule-group/${Name}`,
  State: "ACTIVE",
  CreationDate: now,
  LastModificationDate: now,
  tags: new Map(),
});

export const keyOf = (group: string, name: string) => `${group}/${name}`;

/** A page of a list, from the token on. */
export function page<T>(items: T[], token = "0", size = 100): { items: T[]; NextToken?: string } {
  const from = Number(token);
  const NextToken = from + size < items.length ? String(from + size) : undefined;
  return { items: items.slice(from, from + size), NextToken };
}
