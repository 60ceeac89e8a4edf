import assert from "node:assert/strict";
import { type Recording, recordedEnvironment, valueOf } from "../../testing";

describe("ServiceAlarms", () => {
  let staging: Recording<unknown>;
  let names: string[] | undefined;
  before(async () => {
    const environment = await recordedEnvironment("staging");
    staging = environment;
    names = (await valueOf(environment.result.services))["trivia-api"]?.alarmNames;
  });

  for (const colour of ["blue", "green"]) {
    // The ancestor of this program had an alarm called green that watched blue.
    const dimensions = {
      LoadBalancer: "app/gr-staging-trivia-api/1",
      TargetGroup: `targetgroup/gr-staging-trivia-api-${colour}/1`,
    };

    it(`watches the 5xx answers of ${colour}`, () => {
      assert.deepEqual(
        staging.get("aws:cloudwatch/metricAlarm:MetricAlarm", `trivia-api-target-5xx-${colour}`).inputs,
        {
          name: `greenroom-staging-trivia-api-target-5xx-${colour}`,
          alarmDescription: `trivia-api answers 5xx from its ${colour} target group`,
          namespace: "AWS/ApplicationELB",
          metricName: "HTTPCode_Target_5XX_Count",
          dimensions,
          statistic: "Sum",
          period: 60,
          evaluationPeriods: 1,
          threshold: 3,
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          treatMissingData: "notBreaching",
        },
      );
    });

    it(`watches the unhealthy targets of ${colour}`, () => {
      assert.deepEqual(
        staging.get("aws:cloudwatch/metricAlarm:MetricAlarm", `trivia-api-unhealthy-hosts-${colour}`).inputs,
        {
          name: `greenroom-staging-trivia-api-unhealthy-hosts-${colour}`,
          alarmDescription: `trivia-api has unhealthy targets in its ${colour} target group`,
          namespace: "AWS/ApplicationELB",
          metricName: "UnHealthyHostCount",
          dimensions,
          statistic: "Maximum",
          period: 60,
          evaluationPeriods: 2,
          threshold: 1,
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          treatMissingData: "notBreaching",
        },
      );
    });
  }

  it("are all that there are, and all that the stack names", () => {
    const alarms = staging.all("aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.deepEqual(new Set(names), new Set(alarms.map(({ inputs }) => inputs["name"])));
    assert.equal(alarms.length, 4);
  });
});
