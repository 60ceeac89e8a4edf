import http from "node:http";
import type { Socket } from "node:net";

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

/** An instance or address and a port that takes requests. */
export class Target {
  health: Health = health.registering;
  /** Requests that were sent to it and not answered to the end. */
  inFlight = 0;
  /** Health checks passed or failed in a row. */
  passed = 0;
  failed = 0;
  /** `performance.now()` at registration. */
  readonly registeredAt = performance.now();
  readonly agent: Connections;
  /** Ends its health checks. */
  checks?: AbortController;
  /** Told when the last request in flight has ended. */
  onIdle?: () => void;

  constructor(
    readonly id: string,
    readonly port: number,
    idleTimeoutMs: number,
  ) {
    this.agent = new Connections(idleTimeoutMs);
  }

  release(): void {
    this.inFlight--;
    if (this.inFlight === 0) this.onIdle?.();
  }

  close(): void {
    this.checks?.abort();
    this.agent.destroy();
  }
}

/**
 * Connections to one target. A Node.js target closes a connection after 5 idle seconds of its own; at that moment a
 * request may be on its way. AWS answers 502 then; its advice is a longer keep-alive timeout in the target
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-502-issues).
 * Those idle seconds are wall time here and say nothing of AWS, so connections are let go before.
 */
class Connections extends http.Agent {
  private readonly idleMs = 4000;

  constructor(private readonly activeMs: number) {
    super({ keepAlive: true, scheduling: "lifo", maxFreeSockets: 256, timeout: activeMs });
  }

  override keepSocketAlive(socket: Socket): boolean {
    // It returns whether to keep the socket; @types/node leaves that out.
    const keep = (super.keepSocketAlive(socket) as unknown) === true;
    if (keep && (socket.timeout ?? Infinity) > this.idleMs) socket.setTimeout(this.idleMs);
    return keep;
  }

  override reuseSocket(socket: Socket, request: http.ClientRequest): void {
    super.reuseSocket(socket, request);
    socket.setTimeout(this.activeMs);
  }
}
