import { Door } from "./traffic/door";
import type { DoorSettings } from "./traffic/plane";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states */
export type HealthState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

export interface Health {
  state: HealthState;
  reason?: string;
  description?: string;
}

export const health = {
  registering: {
    state: "initial",
    reason: "Elb.RegistrationInProgress",
    description: "Target registration is in progress",
  },
  healthy: { state: "healthy" },
  draining: {
    state: "draining",
    reason: "Target.DeregistrationInProgress",
    description: "Target deregistration is in progress",
  },
  unused: {
    state: "unused",
    reason: "Target.NotInUse",
    description: "Target group is not configured to receive traffic from the load balancer",
  },
  notRegistered: {
    state: "unused",
    reason: "Target.NotRegistered",
    description: "Target is not registered to the target group",
  },
} as const satisfies Record<string, Health>;

/** An instance or address and a port that takes requests, as control sees it: its health. */
export class Target {
  health: Health = health.registering;
  /** Health checks passed or failed in a row. */
  passed = 0;
  failed = 0;
  /** `performance.now()` at registration. */
  readonly registeredAt = performance.now();
  /** Ends its health checks. */
  checks?: AbortController;
  /** Its health checks come through a door with the same faults as its requests. */
  door?: Door;

  constructor(
    readonly host: string,
    readonly port: number,
  ) {}

  settle(door: DoorSettings | undefined, nowMs: () => number): void {
    if (door && this.door) this.door.change(door);
    else this.door = door && new Door(door, nowMs);
  }
}
