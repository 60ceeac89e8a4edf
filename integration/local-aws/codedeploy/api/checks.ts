import * as sdk from "@aws-sdk/client-codedeploy";
import { page } from "../../core/paging";

const $metadata = {};

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html: for applications, groups and configurations. */
export const isName = (name: string): boolean => /^[A-Za-z0-9._+=,@-]{1,100}$/.test(name);

/** @throws InvalidAlarmConfigException | AlarmsLimitExceededException */
export function checkAlarms(configuration: sdk.AlarmConfiguration | undefined): void {
  const { enabled, alarms = [] } = configuration ?? {};
  const refuse = (message: string) => new sdk.InvalidAlarmConfigException({ message, $metadata });
  if (enabled && alarms.length === 0) throw refuse("An enabled alarm configuration needs alarms.");
  if (alarms.length > 10) {
    const message = `A deployment group has at most 10 alarms, not ${alarms.length}.`;
    throw new sdk.AlarmsLimitExceededException({ message, $metadata });
  }
  const names = alarms.map(({ name }) => name ?? "");
  for (const [index, name] of names.entries()) {
    if (!name || name.length > 255) throw refuse(`"${name}" cannot be the name of an alarm.`);
    if (names.indexOf(name) !== index) throw refuse(`The alarm ${name} is there twice.`);
  }
}

/** @throws InvalidAutoRollbackConfigException */
export function checkRollback(configuration: sdk.AutoRollbackConfiguration | undefined): void {
  const { enabled, events = [] } = configuration ?? {};
  const refuse = (message: string) => new sdk.InvalidAutoRollbackConfigException({ message, $metadata });
  if (enabled && events.length === 0)
    throw refuse("An automatic rollback that is enabled needs at least one event.");
  const known: string[] = Object.values(sdk.AutoRollbackEvent);
  const other = events.find((event) => !known.includes(event));
  if (other) throw refuse(`"${other}" is no event of an automatic rollback: ${known.join(", ")}`);
}

/** What AWS lists at once. @throws InvalidNextTokenException */
export function listed<T>(
  items: readonly T[],
  token: string | undefined,
): { items: T[]; nextToken?: string } {
  const message = "The next token is not valid.";
  return page(items, token, 100, () => new sdk.InvalidNextTokenException({ message, $metadata }));
}
