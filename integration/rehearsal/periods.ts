import type { AwsMs, ReleaseTimeline } from "./model";

/**
 * When a release can first have touched its environment: with its deployment. Before, it may have waited for the one
 * before it, or for an approval.
 */
export function beginOf(release: ReleaseTimeline): AwsMs {
  const deploying = release.actions.filter(({ deployment }) => deployment).map(({ startedAt }) => startedAt);
  return deploying.length > 0 ? Math.min(...deploying) : release.startedAt;
}

/**
 * When a replacement may have had production traffic: from the beginning of AllowTraffic until the deployment had
 * ended, its rollback included; and when it had everything. Undefined when it came to no AllowTraffic.
 */
export function canaryPeriod(
  release: ReleaseTimeline,
): { from: AwsMs; to: AwsMs; shiftedAt?: AwsMs } | undefined {
  for (const { deployment } of release.actions) {
    const allow = deployment?.events.find(({ name }) => name === "AllowTraffic");
    if (!deployment || allow?.startedAt === undefined) continue;
    const shiftedAt = allow.status === "Succeeded" ? allow.endedAt : undefined;
    return { from: allow.startedAt, to: deployment.endedAt ?? release.endedAt, shiftedAt };
  }
  return undefined;
}

/** When the release was over: its deployment's end, which the pipeline learns of later. */
export function endOf(release: ReleaseTimeline): AwsMs {
  const ends = release.actions
    .map(({ deployment }) => deployment?.endedAt)
    .filter((end) => end !== undefined);
  return ends.length > 0 ? Math.max(...ends) : release.endedAt;
}
