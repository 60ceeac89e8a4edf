import * as sdk from "@aws-sdk/client-scheduler";
import type { Aws, Identity } from "../core/aws";
import type { Handlers } from "../core/service";
import { checkRole, checkSchedule } from "./checks";
import type { Firing } from "./firing";
import { keyOf, page, type KeptSchedule, type Place } from "./schedules";

export const notFound = (Message: string) =>
  new sdk.ResourceNotFoundException({ message: Message, Message, $metadata: {} });
export const conflict = (Message: string) =>
  new sdk.ConflictException({ message: Message, Message, $metadata: {} });

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
export function scheduleHandlers(aws: Aws, placeOf: (caller: Identity) => Place, firing: Firing) {
  function found(place: Place, { Name = "", GroupName = "default" }: { Name?: string; GroupName?: string }) {
    const kept = place.schedules.get(keyOf(GroupName, Name));
    if (!kept) throw notFound(`Schedule ${Name} does not exist.`);
    return kept;
  }

  async function put(input: sdk.CreateScheduleInput, caller: Identity, before?: KeptSchedule) {
    const place = placeOf(caller);
    const { Name = "", GroupName = "default" } = input;
    const group = place.groups.get(GroupName);
    if (!group) throw notFound(`Schedule group ${GroupName} does not exist.`);
    const now = aws.clock.now();
    checkSchedule(input, now);
    await checkRole(aws, input.Target?.RoleArn, group.Arn, caller);
    const kept: KeptSchedule = {
      ...input,
      Name,
      GroupName,
      Arn: `arn:aws:scheduler:${place.region}:${place.account}:schedule/${GroupName}/${Name}`,
      State: input.State ?? "ENABLED",
      ScheduleExpressionTimezone: input.ScheduleExpressionTimezone ?? "UTC",
      ActionAfterCompletion: input.ActionAfterCompletion ?? "NONE",
      CreationDate: before?.CreationDate ?? now,
      LastModificationDate: now,
    };
    place.schedules.set(keyOf(GroupName, Name), kept);
    firing.follow(kept, place);
    return { ScheduleArn: kept.Arn };
  }

  return {
    async CreateSchedule(input, caller) {
      const { Name = "", GroupName = "default", ClientToken } = input;
      const before = placeOf(caller).schedules.get(keyOf(GroupName, Name));
      if (before?.ClientToken !== undefined && before.ClientToken === ClientToken)
        return { ScheduleArn: before.Arn };
      if (before) throw conflict(`Schedule ${Name} already exists.`);
      return put(input, caller);
    },
    // "All fields are replaced": what is left out goes back to its default.
    UpdateSchedule: async (input, caller) => put(input, caller, found(placeOf(caller), input)),
    async GetSchedule(input, caller) {
      const { ClientToken: _token, ...shown } = found(placeOf(caller), input);
      return shown;
    },
    async DeleteSchedule(input, caller) {
      const place = placeOf(caller);
      const kept = found(place, input);
      firing.forget(kept);
      place.schedules.delete(keyOf(kept.GroupName, kept.Name));
      return {};
    },
    async ListSchedules({ GroupName, NamePrefix = "", State, NextToken: token, MaxResults }, caller) {
      const matching = [...placeOf(caller).schedules.values()].filter(
        (kept) =>
          (GroupName === undefined || kept.GroupName === GroupName) &&
          kept.Name.startsWith(NamePrefix) &&
          (State === undefined || kept.State === State),
      );
      const { items, NextToken } = page(matching, token, MaxResults);
      const Schedules = items.map(({ Arn, Name, GroupName: group, State: state, Target, ...dates }) => ({
        Arn,
        Name,
        GroupName: group,
        State: state,
        CreationDate: dates.CreationDate,
        LastModificationDate: dates.LastModificationDate,
        Target: { Arn: Target?.Arn },
      }));
      return { Schedules, NextToken };
    },
  } satisfies Handlers<typeof sdk>;
}
