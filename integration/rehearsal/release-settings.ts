import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CodeDeployClient,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
} from "@aws-sdk/client-codedeploy";
import type { Aws } from "../local-aws/core/aws";
import { minutes, seconds } from "../local-aws/core/clock";
import type { Environment, ServiceHandle } from "./environments";
import type { AwsMs } from "./model";

/** An alarm that stops a service's deployments, by what decides how long it takes. */
export interface AlarmSettings {
  name: string;
  periodMs: AwsMs;
  evaluationPeriods: number;
  statistic: string;
  threshold: number;
}

/** How an environment releases a service, as its stack says. */
export interface ReleaseSettings {
  /** The fraction of traffic that a candidate gets at first; 1 for all at once. */
  share: number;
  /** From the beginning of AllowTraffic until the candidate has everything; 0 for all at once. */
  shiftMs: AwsMs;
  /** How long the old version still stands after that. */
  bakeMs: AwsMs;
  alarms: AlarmSettings[];
}

/** Reads the settings as anybody could: from the deployment group, its configuration and its alarms. */
export async function releaseSettings(
  aws: Aws,
  { identity }: Environment,
  { applicationName, deploymentGroupName }: Pick<ServiceHandle, "applicationName" | "deploymentGroupName">,
): Promise<ReleaseSettings> {
  const client = aws.client(CodeDeployClient, identity);
  const { deploymentGroupInfo } = await client.send(
    new GetDeploymentGroupCommand({ applicationName, deploymentGroupName }),
  );
  const { deploymentConfigName, alarmConfiguration, blueGreenDeploymentConfiguration } =
    deploymentGroupInfo ?? {};
  const config = await client.send(new GetDeploymentConfigCommand({ deploymentConfigName }));
  const { timeBasedCanary, timeBasedLinear } = config.deploymentConfigInfo?.trafficRoutingConfig ?? {};
  const percent = timeBasedCanary?.canaryPercentage ?? timeBasedLinear?.linearPercentage ?? 100;
  const steps = timeBasedLinear ? Math.ceil(100 / percent) - 1 : 1;
  const interval = timeBasedCanary?.canaryInterval ?? timeBasedLinear?.linearInterval ?? 0;
  const names = alarmConfiguration?.enabled
    ? (alarmConfiguration.alarms ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]))
    : [];
  const termination = blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess;
  return {
    share: percent / 100,
    shiftMs: minutes(interval * steps),
    bakeMs: minutes(termination?.terminationWaitTimeInMinutes ?? 0),
    alarms: names.length > 0 ? await alarmsOf(aws.client(CloudWatchClient, identity), names) : [],
  };
}

async function alarmsOf(client: CloudWatchClient, AlarmNames: string[]): Promise<AlarmSettings[]> {
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames, MaxRecords: 100 }));
  return MetricAlarms.map((alarm) => ({
    name: alarm.AlarmName ?? "",
    // An alarm on an expression has its period in its metrics.
    periodMs: seconds(
      alarm.Period ?? Math.max(60, ...(alarm.Metrics ?? []).map((one) => one.MetricStat?.Period ?? 0)),
    ),
    evaluationPeriods: alarm.EvaluationPeriods ?? 1,
    statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? "",
    threshold: alarm.Threshold ?? 0,
  }));
}
