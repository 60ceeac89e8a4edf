import * as aws from "@pulumi/aws";
import { type Policies, type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";
import { called } from "./named";

const events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];

const automatic: ResourceValidationPolicy = {
  name: "automatic-rollback",
  description:
    "A deployment that fails, alarms or is stopped gives the traffic back by itself, at night as well. " +
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html",
  enforcementLevel: "mandatory",
  validateResource: validateResourceOfType(aws.codedeploy.DeploymentGroup, (group, args, violation) => {
    const rollback = group.autoRollbackConfiguration;
    const missing =
      rollback?.enabled === true ? events.filter((event) => !rollback.events?.includes(event)) : events;
    if (missing.length > 0)
      violation(
        `${called(args)} does not roll back by itself on ${missing.join(", ")}. Set autoRollbackConfiguration with ` +
          `enabled true and these events.`,
      );
  }),
};

export const rollback: Policies = [automatic];
