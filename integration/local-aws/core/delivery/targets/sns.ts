import { GetTopicAttributesCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { callerOf, type TargetKind } from "./target-kind";

/** Publishes to a topic. */
export const sns: TargetKind = {
  is: ({ service }) => service === "sns",
  needsRole: false,
  async deliver(delivery) {
    const { aws, to, input, messageGroupId } = delivery;
    const TopicArn = to.text;
    const caller = await callerOf(delivery, "sns:Publish", async (owner) => {
      const answer = await aws.client(SNSClient, owner).send(new GetTopicAttributesCommand({ TopicArn }));
      return answer.Attributes?.Policy;
    });
    await aws
      .client(SNSClient, caller)
      .send(new PublishCommand({ TopicArn, Message: input, MessageGroupId: messageGroupId }));
  },
};
