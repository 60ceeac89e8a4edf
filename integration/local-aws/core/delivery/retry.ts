import type { Clock } from "../clock";
import { DeliveryFailure, failureOf } from "./failure";

export interface RetryPolicy {
  attempts: number;
  ageMs: number;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html#eb-rule-retry */
export function retryPolicyOf(given?: {
  MaximumRetryAttempts?: number;
  MaximumEventAgeInSeconds?: number;
}): RetryPolicy {
  return {
    attempts: given?.MaximumRetryAttempts ?? 185,
    ageMs: (given?.MaximumEventAgeInSeconds ?? 86_400) * 1000,
  };
}

/** What is said of a target that never took its event. */
export interface GivenUp {
  failure: DeliveryFailure;
  /** How often it was tried again. */
  retries: number;
  exhausted?: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds";
}

/** "An exponential back off and jitter": AWS tells no figures. With these, 185 retries take about a day. */
const firstMs = 1000;
const mostMs = 600_000;

/** Sends until it is taken, in AWS time; gives why it never was. */
export async function sendWithRetries(
  clock: Clock,
  policy: RetryPolicy,
  send: () => Promise<void>,
  signal: AbortSignal,
): Promise<GivenUp | undefined> {
  const deadline = clock.now().getTime() + policy.ageMs;
  for (let retries = 0; ; retries++) {
    try {
      await send();
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      if (!failure.retriable || signal.aborted) return { failure, retries };
      if (retries >= policy.attempts) return { failure, retries, exhausted: "MaximumRetryAttempts" };
      const waitMs = Math.min(firstMs * 2 ** retries, mostMs) * (0.5 + Math.random() / 2);
      if (clock.now().getTime() + waitMs > deadline)
        return { failure, retries, exhausted: "MaximumEventAgeInSeconds" };
      await clock.sleep(waitMs, signal);
    }
  }
}
