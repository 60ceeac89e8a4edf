import * as sdk from "@aws-sdk/client-codedeploy";
import type { Handlers } from "../../core/service";
import type { StateOf } from "../model";
import { findDeployment } from "./deployments";

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_PutLifecycleEventHookExecutionStatus.html */
export function hookReports(stateOf: StateOf) {
  return {
    PutLifecycleEventHookExecutionStatus: async (input, caller) => {
      const deployment = findDeployment(stateOf(caller), input.deploymentId);
      const executionId = input.lifecycleEventHookExecutionId ?? "";
      const execution = deployment.hooks.get(executionId);
      if (!execution) {
        const message = `The deployment has no hook with the execution id "${executionId}".`;
        throw new sdk.InvalidLifecycleEventHookExecutionIdException({ message, $metadata: {} });
      }
      if (execution.report || execution.over) {
        const message = `The ${execution.event} hook ${execution.report ? "has reported already" : "is no longer waited for"}.`;
        throw new sdk.LifecycleEventAlreadyCompletedException({ message, $metadata: {} });
      }
      if (input.status !== "Succeeded" && input.status !== "Failed") {
        const message = `The status must be Succeeded or Failed, not "${input.status}".`;
        throw new sdk.InvalidLifecycleEventHookExecutionStatusException({ message, $metadata: {} });
      }
      execution.report = input.status;
      return { lifecycleEventHookExecutionId: executionId };
    },
  } satisfies Handlers<typeof sdk>;
}
