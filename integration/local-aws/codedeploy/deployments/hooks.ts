import { randomUUID } from "node:crypto";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Aws, Identity } from "../../core/aws";
import { minutes } from "../../core/clock";
import type { Deployment, HookExecution } from "../model";
import { DeploymentError } from "./interruption";

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
  event: string,
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
