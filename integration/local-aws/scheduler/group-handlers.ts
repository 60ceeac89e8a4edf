import type * as sdk from "@aws-sdk/client-scheduler";
import type { Aws, Identity } from "../core/aws";
import type { Handlers } from "../core/service";
import type { Firing } from "./firing";
import { conflict, notFound } from "./schedule-handlers";
import { keyOf, newGroup, page, type KeptGroup, type Place } from "./schedules";

/** Groups of schedules and their tags; a schedule itself has none. */
export function groupHandlers(aws: Aws, placeOf: (caller: Identity) => Place, firing: Firing) {
  function found(place: Place, name = ""): KeptGroup {
    const group = place.groups.get(name);
    if (!group) throw notFound(`Schedule group ${name} does not exist.`);
    return group;
  }
  function byArn(place: Place, arn = ""): KeptGroup {
    const group = [...place.groups.values()].find(({ Arn }) => Arn === arn);
    if (!group) throw notFound(`Schedule group ${arn} does not exist.`);
    return group;
  }
  const shown = ({ tags: _tags, ...group }: KeptGroup) => group;

  return {
    async CreateScheduleGroup({ Name = "", Tags = [] }, caller) {
      const place = placeOf(caller);
      if (place.groups.has(Name)) throw conflict(`Schedule group ${Name} already exists.`);
      const group = newGroup(place, Name, aws.clock.now());
      for (const { Key = "", Value = "" } of Tags) group.tags.set(Key, Value);
      place.groups.set(Name, group);
      return { ScheduleGroupArn: group.Arn };
    },
    GetScheduleGroup: async ({ Name }, caller) => shown(found(placeOf(caller), Name)),
    async DeleteScheduleGroup({ Name = "" }, caller) {
      const place = placeOf(caller);
      found(place, Name);
      if (Name === "default") throw conflict("The default schedule group cannot be deleted.");
      for (const kept of [...place.schedules.values()].filter(({ GroupName }) => GroupName === Name)) {
        firing.forget(kept);
        place.schedules.delete(keyOf(Name, kept.Name));
      }
      place.groups.delete(Name);
      return {};
    },
    async ListScheduleGroups({ NamePrefix = "", NextToken: token, MaxResults }, caller) {
      const matching = [...placeOf(caller).groups.values()].filter(({ Name }) => Name.startsWith(NamePrefix));
      const { items, NextToken } = page(matching, token, MaxResults);
      return { ScheduleGroups: items.map(shown), NextToken };
    },
    async TagResource({ ResourceArn, Tags = [] }, caller) {
      const { tags } = byArn(placeOf(caller), ResourceArn);
      for (const { Key = "", Value = "" } of Tags) tags.set(Key, Value);
      return {};
    },
    async UntagResource({ ResourceArn, TagKeys = [] }, caller) {
      const { tags } = byArn(placeOf(caller), ResourceArn);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    async ListTagsForResource({ ResourceArn }, caller) {
      const { tags } = byArn(placeOf(caller), ResourceArn);
      return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  } satisfies Handlers<typeof sdk>;
}
