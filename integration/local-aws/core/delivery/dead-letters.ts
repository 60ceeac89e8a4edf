import type { Aws } from "../aws";
import { readArn } from "./arn";
import type { GivenUp } from "./retry";
import { sqs } from "./targets/sqs";
import type { Delivery } from "./targets/target-kind";

/**
 * Puts what could not be delivered into a queue, with what AWS says of it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html#eb-rule-dlq
 *
 * @throws when the queue is not there, or lets nobody in
 */
export async function toDeadLetters(
  aws: Aws,
  queueArn: string,
  { failure, retries, exhausted }: GivenUp,
  delivery: Pick<Delivery, "sender" | "role" | "event"> & {
    body: string;
    attributes: Record<string, string>;
  },
): Promise<void> {
  const to = readArn(queueArn);
  if (!to) throw new Error(`${queueArn} is not the ARN of a queue`);
  const { sender, role, event, body } = delivery;
  const attributes = {
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: failure.message,
    RETRY_ATTEMPTS: String(retries),
    ...(exhausted ? { EXHAUSTED_RETRY_CONDITION: exhausted } : {}),
    ...delivery.attributes,
  };
  await sqs.deliver({ aws, to, input: body, custom: true, role, sender, event, attributes });
}
