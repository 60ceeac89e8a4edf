import { CodePipelineClient, StartPipelineExecutionCommand } from "@aws-sdk/client-codepipeline";
import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  TestEventPatternCommand,
  type Rule,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { GetBucketNotificationConfigurationCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Aws, Identity } from "../core/aws";
import type { AcceptedWrite } from "../core/gateway";
import { targetInput } from "./input";
import { objectCreated, readWrite, type ObjectWrite } from "./s3-events";

const pipelineArn = /^arn:aws[\w-]*:codepipeline:([\w-]+):\d{12}:([^:]+)$/;

/**
 * Delivers EventBridge events to pipelines. The base keeps the rules and their targets and does the matching; a
 * pipeline is a target that it takes and never starts.
 *
 * Hand `onS3Write` to `gateway.observe("s3", …)`: an object that is written to a bucket whose notifications go
 * to EventBridge becomes an "Object Created" event of the bucket's owner.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/create-cloudtrail-S3-source-events.html
 */
export function pipelineTriggers(aws: Aws): {
  onS3Write: (write: AcceptedWrite) => void;
  /** Starts the pipelines that rules of the default bus name as targets for `event`, as events of `owner`. */
  deliver: (event: Record<string, unknown>, owner: Identity) => Promise<void>;
  close: () => Promise<void>;
} {
  const owners = new Map<string, string>();
  const working = new Set<Promise<void>>();
  let closed = false;

  async function objectWritten(write: ObjectWrite, caller: Identity): Promise<void> {
    const owner = aws.root(owners.get(write.bucket) ?? caller.account, caller.region);
    const s3 = aws.client(S3Client, owner);
    const { bucket: Bucket, key: Key, versionId: VersionId } = write;
    const to = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    if (!to.EventBridgeConfiguration) return;
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ...(VersionId ? { VersionId } : {}) }));
    const event = objectCreated(write, {
      owner: owner.account,
      requester: caller.account,
      region: owner.region,
      time: aws.clock.now(),
      size: head.ContentLength ?? 0,
      etag: (head.ETag ?? "").replace(/"/g, ""),
    });
    await deliver(event, owner);
  }

  async function deliver(event: Record<string, unknown>, owner: Identity): Promise<void> {
    const events = aws.client(EventBridgeClient, owner);
    for (const rule of await rulesOf(events)) {
      const { Targets: targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: rule.Name }));
      const pipelines = targets.filter(({ Arn = "" }) => pipelineArn.test(Arn));
      if (pipelines.length === 0 || !(await matches(events, rule, event))) continue;
      for (const target of pipelines) await start(rule, target, event);
    }
  }

  async function start(rule: Rule, target: Target, event: Record<string, unknown>): Promise<void> {
    const [, region = "", name = ""] = pipelineArn.exec(target.Arn ?? "") ?? [];
    try {
      if (!target.RoleArn) throw new Error("the target has no role, which a pipeline needs");
      // CodePipeline tells by the session's name that it is EventBridge that starts it, and for which rule.
      const role = await aws.assumeRole(target.RoleArn, region, `AwsEvents_${rule.Name}`);
      const { variables, sourceRevisions } = targetInput(target, event);
      await aws
        .client(CodePipelineClient, role)
        .send(new StartPipelineExecutionCommand({ name, variables, sourceRevisions }));
    } catch (error) {
      aws.warn(`EventBridge rule ${rule.Name} could not start ${target.Arn}: ${String(error)}`);
    }
  }

  return {
    onS3Write(write) {
      const done = readWrite(write);
      if (!done || closed) return;
      if (done.created === "bucket") return void owners.set(done.bucket, write.caller.account);
      const work = objectWritten(done, write.caller)
        .catch((error: unknown) => {
          if (!closed)
            aws.warn(`the event of s3://${done.bucket}/${done.key} was not delivered: ${String(error)}`);
        })
        .finally(() => working.delete(work));
      working.add(work);
    },
    deliver,
    async close() {
      closed = true;
      await Promise.allSettled([...working]);
    },
  };
}

async function rulesOf(events: EventBridgeClient): Promise<Rule[]> {
  const rules: Rule[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await events.send(new ListRulesCommand({ NextToken }));
    rules.push(...(answer.Rules ?? []));
    NextToken = answer.NextToken;
  } while (NextToken);
  return rules.filter(({ State, EventPattern }) => State !== "DISABLED" && EventPattern);
}

async function matches(
  events: EventBridgeClient,
  rule: Rule,
  event: Record<string, unknown>,
): Promise<boolean> {
  const { EventPattern } = rule;
  return (
    (await events.send(new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(event) }))).Result ??
    false
  );
}
