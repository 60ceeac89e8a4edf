import type { Aws, Identity } from "../aws";
import { readArn } from "./arn";
import { toDeadLetters } from "./dead-letters";
import { DeliveryFailure } from "./failure";
import { retryPolicyOf, sendWithRetries } from "./retry";
import { kindOf, type Delivery, type TargetKind } from "./targets";

/** A target of a rule or a schedule, as both APIs have it. */
export interface Target {
  Arn?: string;
  RoleArn?: string;
  DeadLetterConfig?: { Arn?: string };
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  SqsParameters?: { MessageGroupId?: string };
}

export interface Invocation extends Pick<Delivery, "aws" | "input" | "custom" | "event" | "sender"> {
  target: Target;
  kinds: readonly TargetKind[];
  /** The name of the session in which the role is taken on. */
  session: string;
  /** What a dead letter's body and own attributes are. */
  deadLetter: {
    body: string;
    attributes: Record<string, string>;
    /** By the target's role, not by what the queue's policy lets the service do. */
    asRole?: boolean;
  };
  /** For people: whose target this is. */
  whose: string;
  signal: AbortSignal;
}

/** Delivers to one target, with retries and dead letters. Never fails: what nobody gets to see is a warning. */
export async function invoke(invocation: Invocation): Promise<void> {
  const { aws, target, kinds, whose, signal, event, sender, deadLetter, session } = invocation;
  const { input, custom } = invocation;
  const to = readArn(target.Arn ?? "");
  const kind = to && kindOf(to, kinds);
  // Refused when it was put; this one came by another way.
  if (!to || !kind) return aws.warn(`${whose} could not reach ${target.Arn}: not implemented: such a target`);
  const messageGroupId = target.SqsParameters?.MessageGroupId;
  const givenUp = await sendWithRetries(
    aws.clock,
    retryPolicyOf(target.RetryPolicy),
    async () => {
      const role = target.RoleArn ? await roleOf(aws, target.RoleArn, to.region, session) : undefined;
      await kind.deliver({ aws, to, input, custom, role, sender, messageGroupId, event });
    },
    signal,
  );
  if (!givenUp || signal.aborted) return;
  const queue = target.DeadLetterConfig?.Arn;
  const why = `${whose} could not deliver to ${to.text}: ${givenUp.failure.message}`;
  if (!queue) return aws.warn(why);
  try {
    const role =
      deadLetter.asRole && target.RoleArn ? await roleOf(aws, target.RoleArn, to.region, session) : undefined;
    await toDeadLetters(aws, queue, givenUp, { sender, event, role, ...deadLetter });
  } catch (error) {
    aws.warn(`${why}; nor was it taken by ${queue}: ${String(error)}`);
  }
}

async function roleOf(aws: Aws, arn: string, region: string, session: string): Promise<Identity> {
  try {
    return await aws.assumeRole(arn, region, session);
  } catch (error) {
    throw new DeliveryFailure("FAILED_TO_ASSUME_ROLE", `${arn}: ${String(error)}`);
  }
}
