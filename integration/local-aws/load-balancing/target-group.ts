import { setMaxListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type {
  TargetDescription,
  TargetGroup as Settings,
  TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../core/clock";
import type { MetricScope, MetricStore } from "../core/metric-store";
import { watchHealth } from "./health-check";
import { countHosts, TargetMetrics } from "./metrics";
import { health, Target, type Health } from "./target";
import type { DoorSettings, TrafficPlane } from "./traffic/plane";

/** A target group: its targets, their health, and which of them take requests. */
export class TargetGroup {
  attributes: Record<string, string> = {};
  private readonly targets = new Map<string, Target>();
  /** No longer in `targets`, but with a description until they are gone. */
  private readonly draining = new Map<string, Target>();
  private readonly closing = new AbortController();
  private readonly pending = new Set<Promise<void>>();
  /** The load balancer whose listeners use the group. A target group serves one load balancer at most. */
  private usedBy?: string;
  private metrics?: TargetMetrics;
  private readonly stopGauge: () => void;

  constructor(
    readonly arn: string,
    readonly scope: MetricScope,
    public settings: Settings,
    private readonly clock: Clock,
    private readonly store: MetricStore,
    private readonly warn: (message: string) => void,
    private readonly plane: TrafficPlane,
    private readonly doorOf: (host: string, port: number) => DoorSettings | undefined,
  ) {
    // Many targets may be draining at once: those of a version whose tasks die again and again.
    setMaxListeners(0, this.closing.signal);
    this.stopGauge = store.everyMinute((minuteStartMs) => this.measureHosts(minuteStartMs));
  }

  get loadBalancerArn(): string | undefined {
    return this.usedBy;
  }

  /** What is measured of its requests; undefined while no load balancer uses it. */
  get requestMetrics(): TargetMetrics | undefined {
    return this.metrics;
  }

  /** Only the targets of a group that a listener or a rule forwards to are checked, and have a health. */
  async use(loadBalancerArn: string | undefined): Promise<void> {
    if (loadBalancerArn === this.usedBy) return;
    this.usedBy = loadBalancerArn;
    this.metrics = loadBalancerArn
      ? new TargetMetrics(this.store, this.scope, loadBalancerArn, this.arn)
      : undefined;
    for (const target of this.targets.values()) {
      target.checks?.abort();
      target.checks = undefined;
      target.health = health.registering;
      target.passed = target.failed = 0;
    }
    if (!loadBalancerArn) this.draining.clear();
    await this.update();
  }

  async register(descriptions: readonly TargetDescription[]): Promise<void> {
    for (const description of descriptions) {
      const { host, port, key } = this.identify(description);
      if (this.targets.has(key)) continue;
      this.draining.delete(key);
      this.targets.set(key, new Target(host, port));
    }
    await this.update();
  }

  /**
   * The target gets no new request; those in flight finish. It stays in sight as draining for
   * deregistration_delay.timeout_seconds of AWS time, and while requests are in flight for as long in wall time, since
   * they really run: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
   */
  async deregister(descriptions: readonly TargetDescription[]): Promise<void> {
    for (const description of descriptions) {
      const { key } = this.identify(description);
      const target = this.targets.get(key);
      // "If the specified target does not exist, the action returns successfully."
      if (!target) continue;
      this.targets.delete(key);
      target.checks?.abort();
      if (this.usedBy) {
        target.health = health.draining;
        this.draining.set(key, target);
      }
      const drained = this.drain(key, target).catch((error: unknown) =>
        this.warn(`deregistration of ${key}: ${String(error)}`),
      );
      this.pending.add(drained);
      void drained.finally(() => this.pending.delete(drained));
    }
    await this.update();
  }

  /** As DescribeTargetHealth answers; `wanted` limits it to some targets. */
  describe(wanted: readonly TargetDescription[] | undefined): TargetHealthDescription[] {
    const known = new Map([...this.draining, ...this.targets]);
    const one = (id: string, port: number, { state, reason, description }: Health) => ({
      Target: { Id: id, Port: port },
      HealthCheckPort: Number(this.settings.HealthCheckPort) ? this.settings.HealthCheckPort : String(port),
      TargetHealth: { State: state, Reason: reason, Description: description },
    });
    const of = (target: Target) => one(target.host, target.port, this.usedBy ? target.health : health.unused);
    if (!wanted?.length) return [...known.values()].map(of) as TargetHealthDescription[];
    return wanted.map((description) => {
      const { host, port, key } = this.identify(description);
      const target = known.get(key);
      return target ? of(target) : one(host, port, health.notRegistered);
    }) as TargetHealthDescription[];
  }

  async close(): Promise<void> {
    this.stopGauge();
    this.closing.abort();
    for (const target of this.targets.values()) target.checks?.abort();
    await Promise.all(this.pending);
  }

  /**
   * Says which targets take requests: the healthy ones. When none is healthy, all of them: the load balancer "fails
   * open" (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html).
   */
  async update(): Promise<void> {
    const all = [...this.targets.values()];
    const healthy = all.filter((target) => target.health.state === "healthy");
    const nowMs = () => this.clock.now().getTime();
    const routable = (healthy.length > 0 ? healthy : all).map(({ host, port }) => ({
      host,
      port,
      door: this.doorOf(host, port),
    }));
    for (const target of all) target.settle(this.doorOf(target.host, target.port), nowMs);
    this.watchTargets(all);
    await this.plane.setTargets(this.arn, routable);
  }

  /** Checks those that are not checked yet, while a load balancer uses the group. */
  private watchTargets(all: readonly Target[]): void {
    if (!this.usedBy || this.closing.signal.aborted) return;
    for (const target of all) {
      if (target.checks) continue;
      target.checks = new AbortController();
      const { signal } = target.checks;
      const watching = watchHealth(
        target,
        () => this.settings,
        this.clock,
        this.plane.probe,
        signal,
        () => {
          this.measureHosts(this.clock.now().getTime());
          // What takes requests follows; whoever waits for that asks for the targets' health.
          this.update().catch((error: unknown) => this.warn(String(error)));
        },
      ).catch((error: unknown) =>
        this.warn(`health checks of ${target.host}:${target.port}: ${String(error)}`),
      );
      this.pending.add(watching);
      void watching.finally(() => this.pending.delete(watching));
    }
  }

  private async drain(key: string, target: Target): Promise<void> {
    const delayMs = Number(this.attributes["deregistration_delay.timeout_seconds"] ?? 300) * 1000;
    const begun = performance.now();
    await this.clock.sleep(delayMs, this.closing.signal);
    const leftMs = delayMs - (performance.now() - begun);
    if (leftMs > 0 && !this.closing.signal.aborted) {
      const late = wait(leftMs, undefined, { ref: false, signal: this.closing.signal }).catch(
        () => undefined,
      );
      await Promise.race([this.plane.idle(this.arn, addressOf(target)), late]);
    }
    if (this.draining.get(key) === target) this.draining.delete(key);
    // It may be back by now.
    if (!this.targets.has(key)) await this.plane.forgetTarget(this.arn, addressOf(target));
  }

  private measureHosts(atMs: number): void {
    if (!this.usedBy || this.targets.size === 0) return;
    const hosts = { healthy: 0, unhealthy: 0 };
    for (const { health } of this.targets.values()) {
      if (health.state === "healthy") hosts.healthy++;
      else if (health.state === "unhealthy") hosts.unhealthy++;
    }
    countHosts(this.store, this.scope, this.usedBy, this.arn, hosts, atMs);
  }

  private identify({ Id: id = "", Port }: TargetDescription): {
    host: string;
    port: number;
    key: string;
  } {
    const port = Port ?? this.settings.Port ?? 80;
    return { host: id, port, key: `${id}:${port}` };
  }
}

const addressOf = ({ host, port }: Target) => ({ host, port });
