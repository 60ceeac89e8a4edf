import { setTimeout as wallSleep } from "node:timers/promises";
import type { TargetGroup as Settings } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../core/clock";
import type { Probe } from "../core/probe";
import { health, type Health, type Target } from "./target";
import { sumUp } from "./traffic/door";

/** So that a fast clock does not keep a target busy with health checks. */
const leastWallMs = 25;
/** The longest that a target may take, in wall time, before refusing a connection counts against it. */
const longestStartMs = 10_000;

/**
 * Checks a target again and again until `signal` aborts, and tells each change of its health.
 *
 * The interval is AWS time (but at least 25 ms wall time); a check's timeout is wall time, since a real request takes
 * real time. A new target is healthy after one passed check, an unhealthy one after HealthyThresholdCount, and it
 * takes UnhealthyThresholdCount failed ones in a row to be unhealthy:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 *
 * A start is work that really runs: while a new target does not accept connections, failed checks count only once
 * it has taken as long, in wall time, as the checks would allow it on AWS (10 s at most). Otherwise a fast clock
 * would call every target unhealthy before its process is up.
 */
export async function watchHealth(
  target: Target,
  settings: () => Settings,
  clock: Clock,
  probe: Probe,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  while (!signal.aborted) {
    const { HealthCheckIntervalSeconds: interval = 30 } = settings();
    const begun = performance.now();
    const result = await check(target, settings(), probe, signal);
    if (signal.aborted) return;
    const before = target.health;
    judge(target, result, settings());
    if (before.state !== target.health.state) onChange();
    const wall = performance.now() - begun;
    const rest = Math.max((interval * 1000) / clock.speed - wall, leastWallMs - wall, 0);
    // Each check is independent: how long one takes does not put off the next.
    if (rest > 0) await clock.sleep(rest * clock.speed, signal);
    else await wallSleep(0);
  }
}

interface CheckResult {
  passed: boolean;
  /** No answer and no connection that lasts: nothing listens yet, or any more. */
  refused?: boolean;
  failure?: Health;
}

function judge(target: Target, result: CheckResult, settings: Settings): void {
  const { HealthyThresholdCount: toBeHealthy = 5, UnhealthyThresholdCount: toBeUnhealthy = 2 } = settings;
  const isNew = target.health.state === "initial";
  if (result.passed) {
    target.failed = 0;
    target.passed++;
    if (isNew || target.passed >= toBeHealthy) target.health = health.healthy;
    return;
  }
  const mayTakeMs = Math.min(
    (settings.HealthCheckIntervalSeconds ?? 30) * 1000 * toBeUnhealthy,
    longestStartMs,
  );
  if (isNew && result.refused && performance.now() - target.registeredAt < mayTakeMs) return;
  target.passed = 0;
  target.failed++;
  if (target.failed >= toBeUnhealthy && result.failure) target.health = result.failure;
}

/** One health check, through the target's door: its faults are between the load balancer and the task. */
async function check(
  target: Target,
  settings: Settings,
  probe: Probe,
  signal: AbortSignal,
): Promise<CheckResult> {
  const port = Number(settings.HealthCheckPort);
  const { delayMs, effect } = sumUp(target.door?.visit(true) ?? []);
  const timeoutMs = (settings.HealthCheckTimeoutSeconds ?? 5) * 1000;
  if (delayMs >= timeoutMs) {
    await wallSleep(timeoutMs, undefined, { signal }).catch(() => undefined);
    return failed("Timeout", "Request timed out");
  }
  if (delayMs > 0) await wallSleep(delayMs, undefined, { signal }).catch(() => undefined);
  // A fault's time is AWS time, so that this refusal counts however little wall time the start has taken.
  if (effect?.do === "refuse" || effect?.do === "reset")
    return failed("FailedHealthChecks", "Health checks failed");
  if (effect?.do === "answer") return answered(effect.status, settings);
  const result = await probe(
    {
      host: target.host,
      port: Number.isInteger(port) && port > 0 ? port : target.port,
      path: settings.HealthCheckPath ?? "/",
      headers: { "user-agent": "ELB-HealthChecker/2.0" },
      timeoutMs: timeoutMs - delayMs,
    },
    signal,
  );
  if ("status" in result) return answered(result.status, settings);
  if (result.failure === "timeout") return failed("Timeout", "Request timed out");
  return {
    ...failed("FailedHealthChecks", "Health checks failed"),
    refused: result.failure === "refused",
  };
}

const failed = (reason: string, description: string): CheckResult => ({
  passed: false,
  failure: { state: "unhealthy", reason: `Target.${reason}`, description },
});

const answered = (status: number, settings: Settings): CheckResult =>
  matches(settings.Matcher?.HttpCode ?? "200", status)
    ? { passed: true }
    : failed("ResponseCodeMismatch", `Health checks failed with these codes: [${status}]`);

/** `200`, `200,202` or `200-299`, as a target group's matcher has it. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [from, to = from] = part.trim().split("-").map(Number);
    return from !== undefined && to !== undefined && status >= from && status <= to;
  });
}
