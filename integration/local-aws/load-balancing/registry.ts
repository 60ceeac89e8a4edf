import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../core/clock";
import type { MetricScope, MetricStore } from "../cloudwatch/metric-store";
import { forwardTargets, Listener } from "./listener";
import { applicationElb } from "./metrics";
import { TargetGroup } from "./target-group";

/** The load balancers at work, of all accounts and regions, by ARN. Follows what the API was told. */
export class Registry {
  readonly loadBalancers = new Map<string, elb.LoadBalancer>();
  readonly listeners = new Map<string, Listener>();
  readonly groups = new Map<string, TargetGroup>();
  /** As the API has them: the base forgets parts of a forward action (see api.ts). */
  readonly listenerSettings = new Map<string, elb.Listener>();
  readonly rules = new Map<string, elb.Rule>();
  private readonly loadBalancerAttributes = new Map<string, Record<string, string>>();
  private readonly stopped = new Set<Listener>();

  constructor(
    private readonly clock: Clock,
    private readonly store: MetricStore,
    private readonly warn: (message: string) => void,
  ) {
    store.own(applicationElb);
  }

  putGroup(settings: elb.TargetGroup, scope: MetricScope): void {
    const arn = settings.TargetGroupArn ?? "";
    const known = this.groups.get(arn);
    if (known) known.settings = settings;
    else this.groups.set(arn, new TargetGroup(arn, scope, settings, this.clock, this.store, this.warn));
    if (settings.TargetType === "lambda") this.warn(`${arn}: not implemented: targets of type lambda`);
  }

  async removeGroup(arn: string): Promise<void> {
    const group = this.groups.get(arn);
    this.groups.delete(arn);
    await group?.close();
  }

  putAttributes(arn: string, attributes: Record<string, string>): void {
    const group = this.groups.get(arn);
    if (group) {
      group.attributes = attributes;
      if (attributes["stickiness.enabled"] === "true") this.warn(`${arn}: not implemented: stickiness`);
    } else this.loadBalancerAttributes.set(arn, attributes);
    this.update();
  }

  async putListener(settings: elb.Listener, scope: MetricScope): Promise<void> {
    const arn = settings.ListenerArn ?? "";
    this.listenerSettings.set(arn, settings);
    if (!this.listeners.has(arn)) {
      const loadBalancer = this.loadBalancers.get(settings.LoadBalancerArn ?? "") ?? {};
      const listener = new Listener(
        scope,
        loadBalancer,
        settings,
        this.groups,
        this.clock,
        this.store,
        this.warn,
      );
      await listener.open();
      this.listeners.set(arn, listener);
    }
    this.update();
  }

  removeListener(arn: string): void {
    const listener = this.listeners.get(arn);
    if (!listener) return;
    listener.stop();
    this.stopped.add(listener);
    this.listeners.delete(arn);
    this.listenerSettings.delete(arn);
    for (const rule of this.rules.keys()) if (listenerOfRule(rule) === arn) this.rules.delete(rule);
    this.update();
  }

  /** "Deleting a load balancer also deletes its listeners." */
  removeLoadBalancer(arn: string): void {
    for (const [listener, { LoadBalancerArn }] of this.listenerSettings)
      if (LoadBalancerArn === arn) this.removeListener(listener);
    this.loadBalancers.delete(arn);
    this.loadBalancerAttributes.delete(arn);
  }

  /** Lets listeners and target groups follow what was put and removed. */
  update(): void {
    const users = new Map<string, string>();
    for (const [arn, settings] of this.listenerSettings) {
      const rules = [...this.rules.values()].filter((rule) => listenerOfRule(rule.RuleArn ?? "") === arn);
      const listener = this.listeners.get(arn);
      listener?.change(settings, rules);
      const loadBalancerArn = settings.LoadBalancerArn ?? "";
      const attributes = this.loadBalancerAttributes.get(loadBalancerArn);
      if (listener)
        listener.idleTimeoutMs = Number(attributes?.["idle_timeout.timeout_seconds"] ?? 60) * 1000;
      const actions = [settings.DefaultActions, ...rules.map((rule) => rule.Actions)];
      for (const action of actions.flat()) {
        for (const { value } of forwardTargets(action)) users.set(value, loadBalancerArn);
      }
    }
    for (const [arn, group] of this.groups) group.use(users.get(arn));
  }

  /** The listener that answers for `host`, a load balancer's DNS name with or without a port. */
  listenerFor(host: string): Listener | undefined {
    const [name = "", port] = host.toLowerCase().split(":");
    const listeners = [...this.listeners.values()].filter(
      (listener) => listener.loadBalancer.DNSName?.toLowerCase() === name,
    );
    return listeners.find((listener) => listener.port === Number(port ?? 80));
  }

  async close(): Promise<void> {
    await Promise.all([...this.listeners.values(), ...this.stopped].map((listener) => listener.close()));
    await Promise.all([...this.groups.values()].map((group) => group.close()));
  }
}

/** `arn:…:listener-rule/app/name/id/listener/rule` belongs to `arn:…:listener/app/name/id/listener`. */
const listenerOfRule = (arn: string) =>
  arn.replace(":listener-rule/", ":listener/").split("/").slice(0, -1).join("/");
