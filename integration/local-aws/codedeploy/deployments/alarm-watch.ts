import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import type { AlarmConfiguration } from "@aws-sdk/client-codedeploy";
import type { Aws, Identity } from "../../core/aws";
import { seconds } from "../../core/clock";
import { DeploymentError, messageOf, type Interruption } from "./interruption";

/**
 * Watches a deployment's alarms, and stops it when one is in the ALARM state, from before its first step until the
 * returned function is called.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html
 */
export async function watchAlarms(
  aws: Aws,
  identity: Identity,
  configuration: AlarmConfiguration | undefined,
  interruption: Interruption,
): Promise<() => Promise<void>> {
  const names = configuration?.enabled ? (configuration.alarms ?? []).map(({ name }) => name ?? "") : [];
  if (names.length === 0) return async () => undefined;

  const look = async () => {
    let inAlarm: string[];
    try {
      const answer = await aws
        .client(CloudWatchClient, identity)
        .send(
          new DescribeAlarmsCommand({ AlarmNames: names, AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }),
        );
      const alarms = [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])];
      const missing = names.filter((name) => !alarms.some(({ AlarmName }) => AlarmName === name));
      if (missing.length > 0) throw new Error(`no such alarm: ${missing.join(", ")}`);
      inAlarm = alarms
        .filter(({ StateValue }) => StateValue === "ALARM")
        .map(({ AlarmName }) => AlarmName ?? "");
    } catch (error) {
      if (configuration?.ignorePollAlarmFailure) return;
      const message = `The state of the alarms could not be retrieved: ${messageOf(error)}`;
      interruption.raise(new DeploymentError("ALARM_ACTIVE", message));
      return;
    }
    if (inAlarm.length === 0) return;
    const message =
      "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the " +
      `affected deployments have been stopped. Activated alarms: <${inAlarm.join(", ")}>`;
    interruption.raise(new DeploymentError("ALARM_ACTIVE", message, "DEPLOYMENT_STOP_ON_ALARM"));
  };
  await look();
  // Every five seconds, but not more often than twenty times a second on this machine.
  return aws.clock.every(Math.max(seconds(5), 50 * aws.clock.speed), look);
}
