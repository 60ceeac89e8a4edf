import { randomBytes } from "node:crypto";
import * as sdk from "@aws-sdk/client-eventbridge";
import type * as aws from "@pulumi/aws";
import {
  type Creating,
  keyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.EventBridgeClient);

const rule = resourceType<aws.cloudwatch.EventRuleArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 64);
  const bus = inputs.eventBusName ?? "default";
  const state = inputs.state ?? (inputs.isEnabled === false ? "DISABLED" : "ENABLED");
  const answer = await client(resource).send(
    new sdk.PutRuleCommand({
      Name: name,
      EventBusName: bus,
      Description: inputs.description,
      EventPattern: inputs.eventPattern,
      ScheduleExpression: inputs.scheduleExpression,
      RoleArn: inputs.roleArn,
      State: state as sdk.RuleState,
      Tags: keyValues(resource.tags),
    }),
  );
  // Only says what happens on deletion.
  void inputs.forceDestroy;
  return {
    id: bus === "default" ? name : `${bus}/${name}`,
    outputs: { name, arn: present(answer.RuleArn, "the rule's ARN"), eventBusName: bus, state },
  };
});

const target = resourceType<aws.cloudwatch.EventTargetArgs>(async (inputs, resource) => {
  const targetId = inputs.targetId ?? `${resource.name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  const bus = inputs.eventBusName ?? "default";
  const answer = await client(resource).send(
    new sdk.PutTargetsCommand({
      Rule: inputs.rule,
      EventBusName: bus,
      Targets: [
        {
          Id: targetId,
          Arn: inputs.arn,
          RoleArn: inputs.roleArn,
          Input: inputs.input,
          InputPath: inputs.inputPath,
          InputTransformer: inputs.inputTransformer && {
            InputPathsMap: inputs.inputTransformer.inputPaths && { ...inputs.inputTransformer.inputPaths },
            InputTemplate: inputs.inputTransformer.inputTemplate,
          },
          DeadLetterConfig: inputs.deadLetterConfig && { Arn: inputs.deadLetterConfig.arn },
          RetryPolicy: inputs.retryPolicy && {
            MaximumEventAgeInSeconds: inputs.retryPolicy.maximumEventAgeInSeconds,
            MaximumRetryAttempts: inputs.retryPolicy.maximumRetryAttempts,
          },
        },
      ],
    }),
  );
  const refused = answer.FailedEntries?.[0];
  if (refused) throw new Error(`PutTargets: ${refused.ErrorCode}: ${refused.ErrorMessage}`);
  void inputs.forceDestroy;
  const prefix = bus === "default" ? "" : `${bus}-`;
  return { id: `${prefix}${inputs.rule}-${targetId}`, outputs: { targetId, eventBusName: bus } };
});

const bus = resourceType<aws.cloudwatch.EventBusArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 256);
  const answer = await client(resource).send(
    new sdk.CreateEventBusCommand({
      Name: name,
      Description: inputs.description,
      Tags: keyValues(resource.tags),
    }),
  );
  return { id: name, outputs: { name, arn: present(answer.EventBusArn, "the event bus' ARN") } };
});

/** EventBridge: https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html */
export const events: ResourceTypes = {
  "aws:cloudwatch/eventRule:EventRule": rule,
  "aws:cloudwatch/eventTarget:EventTarget": target,
  "aws:cloudwatch/eventBus:EventBus": bus,
};
