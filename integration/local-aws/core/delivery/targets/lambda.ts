import { GetPolicyCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { callerOf, parseInput, type TargetKind } from "./target-kind";

/** Invokes a function asynchronously. https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchevents.html */
export const lambda: TargetKind = {
  is: ({ service, resource }) => service === "lambda" && resource.startsWith("function:"),
  needsRole: false,
  async deliver(delivery) {
    const { aws, to, input } = delivery;
    const [, FunctionName, Qualifier] = to.resource.split(":");
    const caller = await callerOf(delivery, "lambda:InvokeFunction", async (owner) => {
      const answer = await aws
        .client(LambdaClient, owner)
        .send(new GetPolicyCommand({ FunctionName, Qualifier }));
      return answer.Policy;
    });
    const Payload = Buffer.from(JSON.stringify(parseInput(input)));
    await aws
      .client(LambdaClient, caller)
      .send(new InvokeCommand({ FunctionName: to.text, InvocationType: "Event", Payload }));
  },
};
