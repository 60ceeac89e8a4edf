import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from "@aws-sdk/client-codedeploy";
import { type HookEvent, type HookStatus, runHook } from "./hook";

const codeDeploy = new CodeDeployClient({});

/**
 * CodeDeploy's AfterAllowTestTraffic hook: calls the new version through the test listener (`TEST_URL`) before any
 * customer reaches it.
 */
export function handler(event: HookEvent): Promise<HookStatus> {
  return runHook(event, process.env.TEST_URL, ({ DeploymentId, LifecycleEventHookExecutionId }, status) =>
    codeDeploy.send(
      new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: DeploymentId,
        lifecycleEventHookExecutionId: LifecycleEventHookExecutionId,
        status,
      }),
    ),
  );
}
