import { setTimeout as sleep } from "node:timers/promises";
import { failedChecks } from "./checks";

/**
 * What CodeDeploy invokes a lifecycle hook with:
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
 */
export interface HookEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

export type HookStatus = "Succeeded" | "Failed";

/** How patient the hook is, in milliseconds. */
export interface Limits {
  /** One request, its body included. */
  readonly requestMs: number;
  /** How often all checks are tried: a load balancer takes a moment to take a changed listener everywhere. */
  readonly attempts: number;
  /** Between two attempts. */
  readonly pauseMs: number;
  /** All attempts together; the function's timeout must be longer than that. */
  readonly totalMs: number;
}

export const LIMITS: Limits = { requestMs: 3_000, attempts: 3, pauseMs: 1_000, totalMs: 20_000 };

/**
 * Checks the service at `testUrl`, logs what failed, and reports to CodeDeploy. Whatever goes wrong with the checks is
 * reported as Failed; only a report that cannot be sent is thrown.
 */
export async function runHook(
  event: HookEvent,
  testUrl: string | undefined,
  report: (event: HookEvent, status: HookStatus) => Promise<unknown>,
  limits: Limits = LIMITS,
): Promise<HookStatus> {
  const failures = await check(testUrl, limits);
  const status = failures.length === 0 ? "Succeeded" : "Failed";
  console.log(JSON.stringify({ event: "hook", deploymentId: event.DeploymentId, testUrl, status, failures }));
  await report(event, status);
  return status;
}

async function check(testUrl: string | undefined, limits: Limits): Promise<string[]> {
  if (testUrl === undefined || !URL.canParse(testUrl)) {
    return [`TEST_URL is ${JSON.stringify(testUrl)}: set it to the address of the test listener`];
  }
  const end = AbortSignal.timeout(limits.totalMs);
  for (let attempt = 1; ; attempt++) {
    const failures = await failedChecks(testUrl, limits.requestMs, end);
    if (failures.length === 0 || attempt >= limits.attempts || end.aborted) return failures;
    await sleep(limits.pauseMs);
  }
}
