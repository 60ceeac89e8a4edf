import type { Clock } from "../local-aws/core/clock";
import { fewestRequests } from "./claims";
import type { AwsMs, DeploymentRun, WallMs } from "./model";
import type { ReleaseSettings } from "./release-settings";

/** How many times as fast as on AWS the waits are where no evidence is gathered, unless somebody says otherwise. */
export const usualSpeed = 100;

/**
 * Requests a second of wall time to each environment on average, unless somebody says otherwise. With 200 all the
 * time, two slow processors had nothing left: builds took longer, and the slowest answers three seconds.
 */
export const usualRatePerSecond = 150;

/** Clients that do not quite keep their rate, and a canary that is noticed late, give enough as well. */
const slack = 1.1;

/** A time in which a candidate has a share of the traffic, and clients and alarms have to see how it does. */
interface Evidence {
  share: number;
  lastsMs: AwsMs;
}

/**
 * How fast the clock may run while evidence is gathered: each alarm period holds the least count of its alarm from the
 * candidate, and the candidate meets as many requests as the verdict needs. Never slower than AWS.
 * @param ratePerSecond what clients send, in wall time
 */
export function evidenceSpeed(
  { share, lastsMs }: Evidence,
  alarms: ReleaseSettings["alarms"],
  ratePerSecond: number,
): number {
  const toCandidate = (awsMs: AwsMs) => (share * ratePerSecond * awsMs) / 1000 / slack;
  // An alarm on a sum breaches at a count, for which as many requests must come in its period.
  const counts = alarms.filter(({ statistic, threshold }) => statistic === "Sum" && threshold > 0);
  return Math.max(
    1,
    Math.min(
      toCandidate(lastsMs) / fewestRequests,
      ...counts.map(({ periodMs, threshold }) => toCandidate(periodMs) / threshold),
    ),
  );
}

/** Of a deployment, the part in which its candidate is judged. */
export type Part = "shift" | "bake";

/** Slows the clock while one deployment gathers evidence: in its shift of traffic, and in the bake after it. */
export class Pacer {
  private speed?: number;
  private free?: () => void;

  constructor(
    private readonly clock: Clock,
    private readonly settings: ReleaseSettings,
    /** What clients send now, in wall time. */
    private readonly ratePerSecond: () => number,
  ) {}

  /** How long the slow parts take, if clients send no more than they do now. */
  get longestMs(): WallMs {
    const { shiftMs, bakeMs } = this.settings;
    return shiftMs / this.speedIn("shift") + bakeMs / this.speedIn("bake");
  }

  /** To be told again and again of the deployment, as it goes on. */
  watch(deployment: DeploymentRun | undefined): void {
    this.go(deployment && partOf(deployment));
  }

  /** The deployment is over, or nobody follows it any more. */
  end(): void {
    this.go(undefined);
  }

  private go(part: Part | undefined): void {
    const speed = part && this.speedIn(part);
    if (speed === this.speed) return;
    this.speed = speed;
    // The new limit before the old one goes, so that nothing runs fast in between.
    const { free } = this;
    this.free = speed === undefined ? undefined : this.clock.pace(speed);
    free?.();
  }

  private speedIn(part: Part): number {
    const { share, shiftMs, bakeMs, alarms } = this.settings;
    const evidence = part === "shift" ? { share, lastsMs: shiftMs } : { share: 1, lastsMs: bakeMs };
    const { fastest } = this.clock;
    return evidence.lastsMs > 0
      ? Math.min(fastest, evidenceSpeed(evidence, alarms, this.ratePerSecond()))
      : fastest;
  }
}

/** Undefined outside of these parts. */
export function partOf({ events, status, endedAt }: DeploymentRun): Part | undefined {
  const allow = events.find(({ name }) => name === "AllowTraffic");
  if (status !== "InProgress" || endedAt !== undefined) return undefined;
  return allow?.status === "InProgress" ? "shift" : allow?.status === "Succeeded" ? "bake" : undefined;
}
