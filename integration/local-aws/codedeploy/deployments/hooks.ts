import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-codedeploy";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Aws, Identity } from "../../core/aws";
import { minutes } from "../../core/clock";
import type { Handlers } from "../../core/service";
import type { HookEvent } from "../ecs/appspec";
import { DeploymentError } from "./interruption";
import type { Deployment, HookExecution, StateOf } from "../model";

/**
 * A hook has an hour to report.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
 */
const reportLimit = minutes(60);

/**
 * Runs the hook of a lifecycle event: invokes the function and waits until it has reported with
 * PutLifecycleEventHookExecutionStatus. A hook that cannot be invoked, reports Failed, or reports nothing in time
 * fails the deployment; what the function returns or throws says nothing.
 */
export async function runHook(
  aws: Aws,
  as: Identity,
  deployment: Deployment,
  event: HookEvent,
  functionName: string,
) {
  const execution: HookExecution = { event, over: false };
  const executionId = randomUUID();
  deployment.hooks.set(executionId, execution);
  const fail = (why: string) =>
    new DeploymentError("HOOK_EXECUTION_FAILURE", `The ${event} hook ${functionName} ${why}`);

  let thrown = "";
  const invoked = aws.client(LambdaClient, as).send(
    new InvokeCommand({
      FunctionName: functionName,
      Payload: JSON.stringify({
        DeploymentId: deployment.info.deploymentId,
        LifecycleEventHookExecutionId: executionId,
      }),
    }),
  );
  let refused: string | undefined;
  invoked.then(
    ({ FunctionError, Payload }) => {
      if (FunctionError)
        thrown = `; the function ended with ${Buffer.from(Payload ?? [])
          .toString()
          .slice(0, 500)}`;
    },
    (error: unknown) =>
      (refused = error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
  try {
    const report = await aws.clock.until(
      () => execution.report ?? (refused ? ("refused" as const) : undefined),
      {
        everyMs: Math.max(1000, 5 * aws.clock.speed),
        limitMs: reportLimit,
        signal: deployment.interruption.signal,
      },
    );
    deployment.interruption.throwIfRaised();
    if (report === "refused") throw fail(`could not be invoked: ${refused}`);
    if (report === undefined) throw fail(`did not report within an hour${thrown}`);
    if (report === "Failed") throw fail("reported Failed");
  } finally {
    execution.over = true;
  }
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_PutLifecycleEventHookExecutionStatus.html */
export function hookReports(stateOf: StateOf) {
  return {
    PutLifecycleEventHookExecutionStatus: async (input, caller) => {
      const deployment = stateOf(caller).deployments.get(input.deploymentId ?? "");
      if (!deployment) {
        const message = `The deployment ${input.deploymentId} could not be found`;
        throw new sdk.DeploymentDoesNotExistException({ message, $metadata: {} });
      }
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
