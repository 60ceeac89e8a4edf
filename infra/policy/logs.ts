import * as aws from "@pulumi/aws";
import {
  type Policies,
  type PolicyResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  validateResourceOfType,
} from "@pulumi/policy";
import { allOf, called } from "./named";
import { judgeEach, known } from "./unknown";

const retention: ResourceValidationPolicy = {
  name: "log-retention",
  description:
    "A log group that says nothing keeps its logs, and their cost, for ever. " +
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html#SettingLogRetention",
  enforcementLevel: "mandatory",
  validateResource: validateResourceOfType(aws.cloudwatch.LogGroup, (group, args, violation) => {
    // 0 is how the provider writes "for ever".
    if (!group.retentionInDays)
      violation(`${called(args)} keeps its logs for ever. Set retentionInDays (greenroom:logRetentionDays).`);
  }),
};

const ownGroups: StackValidationPolicy = {
  name: "log-groups",
  description:
    "AWS makes the log group that it misses, without retention and outside of any stack: whatever writes a log has a " +
    "group in the stack. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    const groups: string[] = [];
    judgeEach(allOf(resources, aws.cloudwatch.LogGroup), ({ props }) => groups.push(props.name));
    judgeEach(writersOf(resources, groups), ({ resource, logGroups }) => {
      for (const name of logGroups())
        if (name === undefined)
          violation(
            `${called(resource)} writes no log to CloudWatch Logs. Send it to an aws.cloudwatch.LogGroup of the stack.`,
            resource.urn,
          );
        else if (!groups.includes(name))
          violation(
            `${called(resource)} writes its log to ${name}, which is no log group of this stack. Add an ` +
              `aws.cloudwatch.LogGroup of that name with retentionInDays.`,
            resource.urn,
          );
    });
  },
};

interface Writer {
  resource: PolicyResource;
  /** The names of the groups that it writes to; `undefined` for a log that goes nowhere. */
  logGroups: () => (string | undefined)[];
}

function writersOf(resources: PolicyResource[], groups: string[]): Writer[] {
  return [
    ...allOf(resources, aws.lambda.Function).map(({ resource, props }) => ({
      resource,
      logGroups: () => {
        const usual = `/aws/lambda/${props.name}`;
        // In a preview, a configuration that was not given is not known either.
        if (known(() => props.loggingConfig) === undefined && groups.includes(usual)) return [usual];
        return [props.loggingConfig?.logGroup ?? usual];
      },
    })),
    ...allOf(resources, aws.codebuild.Project).map(({ resource, props }) => ({
      resource,
      logGroups: () => {
        // https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CloudWatchLogsConfig.html
        const written = props.logsConfig?.cloudwatchLogs;
        if (written?.status === "DISABLED") return [undefined];
        return [written?.groupName ?? `/aws/codebuild/${props.name}`];
      },
    })),
    ...allOf(resources, aws.ecs.TaskDefinition).map(({ resource, props }) => ({
      resource,
      logGroups: () => containersOf(props.containerDefinitions).map(awslogsGroup),
    })),
  ];
}

interface Container {
  logConfiguration?: { options?: Record<string, string> };
}

function containersOf(definitions: string): Container[] {
  return JSON.parse(definitions) as Container[];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function awslogsGroup({ logConfiguration }: Container): string | undefined {
  return logConfiguration?.options?.["awslogs-group"];
}

export const logs: Policies = [retention, ownGroups];
