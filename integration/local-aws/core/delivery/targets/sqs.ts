import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { callerOf, type TargetKind } from "./target-kind";

/** Sends to a queue. */
export const sqs: TargetKind = {
  is: ({ service }) => service === "sqs",
  needsRole: false,
  async deliver(delivery) {
    const { aws, to, input, messageGroupId, attributes = {} } = delivery;
    const owner = aws.client(SQSClient, aws.root(to.account, to.region));
    const { QueueUrl } = await owner.send(new GetQueueUrlCommand({ QueueName: to.resource }));
    const caller = await callerOf(delivery, "sqs:SendMessage", async () => {
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] });
      return (await owner.send(asked)).Attributes?.Policy;
    });
    await aws.client(SQSClient, caller).send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: input,
        MessageGroupId: messageGroupId,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [
            name,
            { DataType: "String", StringValue },
          ]),
        ),
      }),
    );
  },
};
