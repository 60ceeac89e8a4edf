import type { Change } from "./commits";
import type { EnvironmentName } from "./environments";
import type { Decision } from "./follow";
import type { ReleaseTimeline } from "./model";

export interface ReleaseRequest {
  message: string;
  /** What the commit changes in the working tree. @default nothing that anybody would notice */
  change?: Change;
  /** What the approver does with it in front of production. @default "Approved" */
  decision?: Decision;
}

/** One commit on its way: how far it came, and how it fared there. */
export interface Release {
  version: string;
  staging: PastRelease;
  /** Absent when staging did not promote it. */
  prod?: PastRelease;
}

/** A release to one environment, as it was. */
export interface PastRelease {
  environment: EnvironmentName;
  timeline: ReleaseTimeline;
  intended: string;
  previous: string;
}

/**
 * The version that holds all traffic after these releases to one environment; undefined before the first. A version that
 * fails the tests after its deployment stays: no pipeline takes it back.
 */
export function servingAfter(past: readonly PastRelease[]): string | undefined {
  const last = past.at(-1);
  const deployed = last?.timeline.actions.some(({ deployment }) => deployment?.status === "Succeeded");
  return deployed ? last?.intended : last?.previous;
}
