import type { PutRuleCommandInput, PutTargetsCommandInput, Target } from "@aws-sdk/client-eventbridge";
import { kindOf, readArn, type TargetKind } from "../core/delivery";
import { ServiceError } from "../core/errors";
import { ofRules, parseSchedule } from "../core/schedules";
import { isPath, isTemplate } from "./input";

const invalid = (message: string) => new ServiceError("ValidationException", message);
const missing = (what: string) =>
  new ServiceError("NotImplemented", `not implemented: EventBridge ${what}`, 501);

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html. Patterns are checked by the base. */
export function checkRule(
  { EventPattern, ScheduleExpression, State }: PutRuleCommandInput,
  bus: string,
): void {
  if (!EventPattern && !ScheduleExpression)
    throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (State === "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    throw missing(`rules for all management events of CloudTrail (State ${State})`);
  if (!ScheduleExpression) return;
  if (bus !== "default") throw invalid("ScheduleExpression is supported only on the default event bus.");
  if (!parseSchedule(ScheduleExpression, ofRules))
    throw invalid("Parameter ScheduleExpression is not valid.");
}

/** Members of a target that only kinds that are not delivered have. */
const ofOthers = [
  "KinesisParameters",
  "RunCommandParameters",
  "EcsParameters",
  "BatchParameters",
  "HttpParameters",
  "RedshiftDataParameters",
  "SageMakerPipelineParameters",
  "AppSyncParameters",
] as const;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
export function checkTargets({ Targets = [] }: PutTargetsCommandInput, kinds: readonly TargetKind[]): void {
  Targets.forEach((target, index) => checkTarget(target, `targets.${index + 1}.member`, kinds));
}

function checkTarget(target: Target, at: string, kinds: readonly TargetKind[]): void {
  const { Id = "", Arn = "", Input, InputPath, InputTransformer, RetryPolicy, DeadLetterConfig } = target;
  const arn = readArn(Arn);
  if (!arn) throw invalid(`Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  const kind = kindOf(arn, kinds);
  if (!kind) throw missing(`target ${Arn}`);
  const other = ofOthers.find((name) => target[name] !== undefined);
  if (other) throw missing(`target ${Arn} with ${other}`);
  if (kind.needsRole && !target.RoleArn) throw invalid(`RoleArn is required for target ${Arn}.`);
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1)
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  if (arn.service === "sqs" && arn.resource.endsWith(".fifo") && !target.SqsParameters?.MessageGroupId)
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  if (Input !== undefined && !isJson(Input)) throw invalid(`JSON syntax error in input for target ${Id}.`);
  if (InputPath !== undefined && !isPath(InputPath)) throw invalid(`Invalid InputPath for target ${Id}.`);
  if (InputTransformer) checkTransformer(Id, InputTransformer);
  within(RetryPolicy?.MaximumRetryAttempts, 0, 185, `${at}.retryPolicy.maximumRetryAttempts`);
  within(RetryPolicy?.MaximumEventAgeInSeconds, 60, 86_400, `${at}.retryPolicy.maximumEventAgeInSeconds`);
  const queue = DeadLetterConfig?.Arn;
  if (queue !== undefined && (readArn(queue)?.service !== "sqs" || queue.endsWith(".fifo")))
    throw invalid(
      `Parameter DeadLetterConfig.Arn is not valid for target ${Id}. Reason: it is not a standard queue.`,
    );
}

function checkTransformer(
  id: string,
  { InputPathsMap = {}, InputTemplate = "" }: NonNullable<Target["InputTransformer"]>,
) {
  const names = Object.keys(InputPathsMap);
  if (names.length > 100)
    throw invalid(`Invalid InputTransformer for target ${id} : more than 100 variables.`);
  const reserved = names.find((name) => /^aws/i.test(name));
  if (reserved) throw invalid(`Invalid InputTransformer for target ${id} : ${reserved} is a reserved name.`);
  const wrong = Object.values(InputPathsMap).find((path) => !isPath(path));
  if (wrong !== undefined) throw invalid(`Invalid InputPathsMap for target ${id} : ${wrong} is not a path.`);
  if (!isTemplate(InputTemplate))
    throw invalid(`Invalid InputTemplate for target ${id} : it is neither JSON nor a quoted string.`);
}

function within(value: number | undefined, least: number, most: number, at: string): void {
  if (value === undefined || (value >= least && value <= most)) return;
  const than = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: Member must have value ${than}`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
