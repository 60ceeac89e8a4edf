import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { ValidationException, type CreateScheduleInput, type Target } from "@aws-sdk/client-scheduler";
import type { Aws, Identity } from "../core/aws";
import { kindOf, letsIn, readArn } from "../core/delivery";
import { ServiceError } from "../core/errors";
import { isZone, ofScheduler, parseSchedule } from "../core/schedules";
import { kindsOf } from "./targets";

const invalid = (message: string) => new ValidationException({ message, Message: message, $metadata: {} });
const missing = (what: string) =>
  new ServiceError("NotImplemented", `not implemented: Scheduler ${what}`, 501);

const ofOthers = [
  "EcsParameters",
  "EventBridgePutEventsV2Parameters",
  "EventBridgePutRawEventsParameters",
  "KinesisParameters",
  "SageMakerPipelineParameters",
] as const;

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
export function checkSchedule(input: CreateScheduleInput, now: Date): void {
  const { Name = "", ScheduleExpression: expression = "", ScheduleExpressionTimezone: zone } = input;
  const { FlexibleTimeWindow: window, StartDate, EndDate, Target: target } = input;
  if (!/^[\w.-]{1,64}$/.test(Name))
    throw invalid(
      `1 validation error detected: Value '${Name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$`,
    );
  const schedule = parseSchedule(expression, ofScheduler);
  if (!schedule) throw invalid(`Invalid Schedule Expression ${expression}.`);
  if (zone !== undefined && !isZone(zone)) throw invalid(`Invalid Schedule Expression Timezone ${zone}.`);
  const minutes = window?.MaximumWindowInMinutes;
  if (
    window?.Mode === "FLEXIBLE"
      ? minutes === undefined || minutes < 1 || minutes > 1440
      : minutes !== undefined
  )
    throw invalid(
      "Invalid FlexibleTimeWindow: MaximumWindowInMinutes is from 1 to 1440 with Mode FLEXIBLE, and absent with OFF.",
    );
  if (window?.Mode !== "FLEXIBLE" && window?.Mode !== "OFF")
    throw invalid(
      `1 validation error detected: Value '${window?.Mode}' at 'flexibleTimeWindow.mode' failed to satisfy constraint: Member must satisfy enum value set: [OFF, FLEXIBLE]`,
    );
  // "EventBridge Scheduler ignores StartDate for one-time schedules", and EndDate.
  if (!schedule.once && StartDate && StartDate.getTime() < now.getTime() - 5 * 60_000)
    throw invalid("The StartDate you specify cannot be earlier than 5 minutes ago.");
  if (!schedule.once && EndDate && EndDate <= (StartDate ?? now))
    throw invalid("The EndDate you specify must come after the StartDate, and after now.");
  if (input.KmsKeyArn !== undefined) throw missing("schedules with a KmsKeyArn");
  if (target) checkTarget(target);
}

function checkTarget(target: Target): void {
  const { Arn = "", Input, DeadLetterConfig, EventBridgeParameters, SqsParameters, RetryPolicy } = target;
  const arn = readArn(Arn);
  if (!arn) throw invalid(`Provided Arn is not in correct format: ${Arn}`);
  const kind = kindOf(arn, kindsOf(target));
  if (!kind) throw missing(`target ${Arn}`);
  const other = ofOthers.find((name) => target[name] !== undefined);
  if (other) throw missing(`target ${Arn} with ${other}`);
  const isBus = arn.service === "events";
  if (isBus !== (EventBridgeParameters !== undefined))
    throw invalid("EventBridgeParameters are for event buses, which need them.");
  if (/<aws\.scheduler\.attempt-number>/.test(Input ?? ""))
    throw missing("inputs with <aws.scheduler.attempt-number>");
  if (/^(lambda|events)$/.test(arn.service) && Input !== undefined && !isJson(Input))
    throw invalid("Invalid Input for target: it must be well-formed JSON.");
  if (arn.service === "sqs" && Arn.endsWith(".fifo") && !SqsParameters?.MessageGroupId)
    throw invalid("MessageGroupId must be provided for a FIFO queue.");
  if (
    DeadLetterConfig?.Arn &&
    (readArn(DeadLetterConfig.Arn)?.service !== "sqs" || /\.fifo$/.test(DeadLetterConfig.Arn))
  )
    throw invalid("The dead-letter queue must be a standard queue.");
  within(RetryPolicy?.MaximumRetryAttempts, 0, 185, "maximumRetryAttempts");
  within(RetryPolicy?.MaximumEventAgeInSeconds, 60, 86_400, "maximumEventAgeInSeconds");
}

function within(value: number | undefined, least: number, most: number, name: string): void {
  if (value === undefined || (value >= least && value <= most)) return;
  const than = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw invalid(
    `1 validation error detected: Value '${value}' at 'target.retryPolicy.${name}' failed to satisfy constraint: Member must have value ${than}`,
  );
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role */
export async function checkRole(
  aws: Aws,
  role: string | undefined,
  groupArn: string,
  caller: Identity,
): Promise<void> {
  const refusal = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
  const RoleName = /^arn:aws[\w-]*:iam::\d{12}:role\/(?:.+\/)?([\w+=,.@-]+)$/.exec(role ?? "")?.[1];
  if (!RoleName) throw invalid(`${role} is not the ARN of a role.`);
  const owner = aws.root(role?.split(":")[4] ?? caller.account, caller.region);
  const found = await aws
    .client(IAMClient, owner)
    .send(new GetRoleCommand({ RoleName }))
    .catch(() => undefined);
  const trust = decodeURIComponent(found?.Role?.AssumeRolePolicyDocument ?? "");
  const sender = { service: "scheduler.amazonaws.com", sourceArn: groupArn, sourceAccount: caller.account };
  if (!letsIn(trust, { ...sender, action: "sts:AssumeRole" })) throw invalid(refusal);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
