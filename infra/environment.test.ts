import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { Environment } from "./environment";
import { needsEveryResource } from "./policy/actions-without-resources";
import { type Recording, record, recordedEnvironment, stackConfig, statementsOf, valueOf } from "./testing";

for (const stack of ["staging", "prod"] as const) {
  describe(`environment ${stack}`, () => {
    let made: Recording<Environment>;
    before(async () => {
      made = await recordedEnvironment(stack);
    });

    it("gives every role named actions, and `*` for a resource only where AWS leaves no choice", () => {
      const policies = made.all("aws:iam/rolePolicy:RolePolicy");
      assert.ok(policies.length > 10);
      for (const { name, inputs } of policies)
        for (const { Action, Resource } of statementsOf(inputs["policy"])) {
          for (const action of Action as string[]) {
            assert.doesNotMatch(action, /\*/, name);
            if ((Resource as string[]).includes("*"))
              assert.ok(needsEveryResource(action), `${name}: ${action}`);
          }
        }
    });

    it("has no resource name twice, and no child whose name does not begin with its parent's", () => {
      const urns = new Map<string, string>();
      for (const { type, name, parent } of made.resources) {
        const key = `${parent} ${type} ${name}`;
        assert.ok(!urns.has(key), key);
        urns.set(key, name);
        const parentName = parent.split("::").pop() ?? "";
        const ofEnvironment = parentName === stack || parent === "";
        assert.ok(ofEnvironment || name.startsWith(parentName), `${name} in ${parent}`);
      }
    });

    it("says of each service what the rehearsal needs", async () => {
      const services = await valueOf(made.result.services);
      const production = `arn:aws:elasticloadbalancing:us-east-1:111111111111`;
      assert.deepEqual(services, {
        "trivia-api": {
          serviceUrl: `http://gr-${stack}-trivia-api.elb.amazonaws.com`,
          testUrl: `http://gr-${stack}-trivia-api.elb.amazonaws.com:9002`,
          repositoryUrl: `111111111111.dkr.ecr.us-east-1.amazonaws.com/greenroom-${stack}/trivia-api`,
          pipelineName: `greenroom-${stack}-trivia-api`,
          clusterName: `greenroom-${stack}`,
          serviceName: "trivia-api",
          productionListenerArn: `${production}:listener/app/lb/1/trivia-api-production`,
          testListenerArn: `${production}:listener/app/lb/1/trivia-api-test`,
          blueTargetGroupArn: `${production}:targetgroup/gr-${stack}-trivia-api-blue/1`,
          greenTargetGroupArn: `${production}:targetgroup/gr-${stack}-trivia-api-green/1`,
          applicationName: `greenroom-${stack}-trivia-api`,
          deploymentGroupName: `greenroom-${stack}-trivia-api`,
          alarmNames: ["blue", "green"].flatMap((colour) => [
            `greenroom-${stack}-trivia-api-target-5xx-${colour}`,
            `greenroom-${stack}-trivia-api-unhealthy-hosts-${colour}`,
          ]),
          releaseBucket: `greenroom-prod-releases-${stack === "staging" ? "222222222222" : "111111111111"}-us-east-1`,
          artifactBucket: `greenroom-${stack}-trivia-api-artifacts-111111111111-us-east-1`,
          kind: "ecs",
          uses: [],
          objectives: { availabilityPercent: 99.9, latencyP99Ms: 500 },
          expectedRate: 10,
        },
      });
    });
  });
}

describe("environment with an explicit provider", () => {
  it("makes everything with it", async () => {
    const made = await record(() => {
      const provider = new aws.Provider("local", { region: "us-east-1" });
      return new Environment(stackConfig("prod"), { provider });
    });
    const other = made.resources.filter(
      ({ type, custom, provider }) => type.startsWith("aws:") && custom && !provider.includes("::local::"),
    );
    assert.deepEqual(other, []);
  });
});
