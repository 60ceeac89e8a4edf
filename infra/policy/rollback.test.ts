import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { rollback } from "./rollback";
import { messagesAbout } from "./testing";

const all = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];

describe("rollback", () => {
  it("is automatic for all three events", async () => {
    const about = (
      autoRollbackConfiguration?: aws.types.input.codedeploy.DeploymentGroupAutoRollbackConfiguration,
    ) =>
      messagesAbout(
        rollback,
        () =>
          new aws.codedeploy.DeploymentGroup("group", {
            appName: "application",
            deploymentGroupName: "group",
            serviceRoleArn: "role",
            autoRollbackConfiguration,
          }),
      );
    const missing = (...events: string[]) => [
      `automatic-rollback: DeploymentGroup group does not roll back by itself on ${events.join(", ")}. Set ` +
        "autoRollbackConfiguration with enabled true and these events.",
    ];
    assert.deepEqual(await about({ enabled: true, events: all }), []);
    for (const event of all)
      assert.deepEqual(
        await about({ enabled: true, events: all.filter((other) => other !== event) }),
        missing(event),
      );
    assert.deepEqual(await about({ enabled: false, events: all }), missing(...all));
    assert.deepEqual(await about(), missing(...all));
  });
});
