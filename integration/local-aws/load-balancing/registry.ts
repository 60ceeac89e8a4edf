import { randomUUID } from "node:crypto";
import net, { type AddressInfo, type Server } from "node:net";
import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Aws } from "../core/aws";
import type { Clock } from "../core/clock";
import type { MetricScope, MetricStore } from "../core/metric-store";
import { applicationElb, countLoadBalancerError } from "./metrics";
import { shares, type Share } from "./shares";
import { TargetGroup } from "./target-group";
import { forwardTargets } from "./traffic/actions";
import { OwnProcessPlane, type PlaneNetwork, type PlaneUser } from "./traffic/own-process";
import {
  clientHeader,
  type Address,
  type DoorSettings,
  type ListenerSettings,
  type TrafficEvent,
  type TrafficPlane,
} from "./traffic/plane";

/** What is known of tasks: which image answers at an address, what its faults are and how it is called. */
export type Known = Pick<Aws, "tasks" | "faults" | "versions">;

/** Makes the traffic plane of load balancers. */
export type PlaneMaker = (user: PlaneUser) => TrafficPlane & { failed?: Promise<never> };

/** As it is by default. */
export const inOwnProcess =
  (network?: PlaneNetwork): PlaneMaker =>
  (user) =>
    new OwnProcessPlane(user, network);

/** A listener as control knows it; what it does is the traffic plane's. */
export interface OpenListener {
  arn: string;
  scope: MetricScope;
  loadBalancer: elb.LoadBalancer;
  /** The port that it has on AWS. */
  port: number;
  /** Where it answers on this machine. */
  address: Address;
}

/** The load balancers at work, of all accounts and regions, by ARN. Follows what the API was told. */
export class Registry {
  readonly loadBalancers = new Map<string, elb.LoadBalancer>();
  readonly listeners = new Map<string, OpenListener>();
  readonly groups = new Map<string, TargetGroup>();
  /** As the API has them: the base forgets parts of a forward action (see api.ts). */
  readonly listenerSettings = new Map<string, elb.Listener>();
  readonly rules = new Map<string, elb.Rule>();
  private readonly clientSecret = randomUUID();
  readonly clientHeaders = { [clientHeader]: this.clientSecret };
  private readonly loadBalancerAttributes = new Map<string, Record<string, string>>();
  /** Of listeners, those that were deleted too: what is in flight still counts. */
  private readonly scopes = new Map<string, MetricScope>();
  private readonly plane: ReturnType<PlaneMaker>;
  private readonly stopWatching: (() => void)[];

  constructor(
    private readonly clock: Clock,
    private readonly store: MetricStore,
    private readonly warn: (message: string) => void,
    private readonly known: Known,
    planeFor: PlaneMaker,
  ) {
    store.own(applicationElb);
    this.plane = planeFor({ clock, warn, tell: (event, atMs) => this.count(event, atMs) });
    const follow = () => {
      for (const group of this.groups.values()) group.update().catch((error: unknown) => warn(String(error)));
    };
    this.stopWatching = [known.faults.watch(follow), known.versions.watch(follow)];
  }

  /** Rejects when nothing carries the traffic any more. */
  get failed(): Promise<never> {
    return this.plane.failed ?? new Promise(() => undefined);
  }

  putGroup(settings: elb.TargetGroup, scope: MetricScope): void {
    const arn = settings.TargetGroupArn ?? "";
    const known = this.groups.get(arn);
    if (known) known.settings = settings;
    else {
      const { clock, store, warn, plane } = this;
      const doorOf = (host: string, port: number) => this.doorOf(host, port);
      this.groups.set(arn, new TargetGroup(arn, scope, settings, clock, store, warn, plane, doorOf));
    }
    if (settings.TargetType === "lambda") this.warn(`${arn}: not implemented: targets of type lambda`);
  }

  async removeGroup(arn: string): Promise<void> {
    const group = this.groups.get(arn);
    this.groups.delete(arn);
    await group?.close();
  }

  async putAttributes(arn: string, attributes: Record<string, string>): Promise<void> {
    const group = this.groups.get(arn);
    if (group) {
      group.attributes = attributes;
      if (attributes["stickiness.enabled"] === "true") this.warn(`${arn}: not implemented: stickiness`);
    } else this.loadBalancerAttributes.set(arn, attributes);
    await this.update();
  }

  async putListener(settings: elb.Listener, scope: MetricScope): Promise<void> {
    const arn = settings.ListenerArn ?? "";
    this.listenerSettings.set(arn, settings);
    if (!this.listeners.has(arn)) {
      this.scopes.set(arn, scope);
      const loadBalancer = this.loadBalancers.get(settings.LoadBalancerArn ?? "") ?? {};
      const [at, address] = await hearing();
      await this.plane.openListener(arn, this.planeSettings(settings), at);
      const listener = { arn, scope, loadBalancer, port: settings.Port ?? 80, address };
      this.listeners.set(arn, listener);
    }
    await this.update();
  }

  async removeListener(arn: string): Promise<void> {
    if (!this.listeners.delete(arn)) return;
    await this.plane.stopListener(arn);
    this.listenerSettings.delete(arn);
    for (const rule of this.rules.keys()) if (listenerOfRule(rule) === arn) this.rules.delete(rule);
    await this.update();
  }

  /** "Deleting a load balancer also deletes its listeners." */
  async removeLoadBalancer(arn: string): Promise<void> {
    for (const [listener, { LoadBalancerArn }] of this.listenerSettings)
      if (LoadBalancerArn === arn) await this.removeListener(listener);
    this.loadBalancers.delete(arn);
    this.loadBalancerAttributes.delete(arn);
  }

  /** Lets listeners and target groups follow what was put and removed. */
  async update(): Promise<void> {
    const following: Promise<void>[] = [];
    const users = new Map<string, string>();
    for (const [arn, settings] of this.listenerSettings) {
      const wanted = this.planeSettings(settings);
      const listener = this.listeners.get(arn);
      if (listener) {
        listener.port = wanted.port;
        following.push(this.plane.changeListener(arn, wanted));
      }
      for (const action of [
        ...wanted.defaultActions,
        ...wanted.rules.flatMap((rule) => rule.Actions ?? []),
      ]) {
        for (const { value } of forwardTargets(action)) users.set(value, wanted.loadBalancerArn);
      }
    }
    for (const [arn, group] of this.groups) following.push(group.use(users.get(arn)));
    await Promise.all(following);
  }

  /** The listener that answers for `host`, a load balancer's DNS name with or without a port. */
  listenerFor(host: string): OpenListener | undefined {
    const [name = "", port] = host.toLowerCase().split(":");
    const listeners = [...this.listeners.values()].filter(
      (listener) => listener.loadBalancer.DNSName?.toLowerCase() === name,
    );
    return listeners.find((listener) => listener.port === Number(port ?? 80));
  }

  /** How a listener's default action divides its traffic. */
  sharesOf(listenerArn: string): Share[] {
    return shares(this.listenerSettings.get(listenerArn)?.DefaultActions ?? []);
  }

  async close(): Promise<void> {
    for (const stop of this.stopWatching) stop();
    await Promise.all([...this.groups.values()].map((group) => group.close()));
    await this.plane.close();
  }

  private planeSettings(settings: elb.Listener): ListenerSettings {
    const { ListenerArn = "", LoadBalancerArn = "", Protocol = "HTTP", Port = 80 } = settings;
    const seconds = this.loadBalancerAttributes.get(LoadBalancerArn)?.["idle_timeout.timeout_seconds"] ?? 60;
    return {
      loadBalancerArn: LoadBalancerArn,
      protocol: Protocol,
      port: Port,
      clientSecret: this.clientSecret,
      idleTimeoutMs: Number(seconds) * 1000,
      defaultActions: settings.DefaultActions ?? [],
      rules: [...this.rules.values()].filter((rule) => listenerOfRule(rule.RuleArn ?? "") === ListenerArn),
    };
  }

  private doorOf(host: string, port: number): DoorSettings | undefined {
    const { tasks, faults, versions } = this.known;
    const task = tasks.at(host, port);
    if (!task) return undefined;
    return {
      startedAtMs: task.startedAt.getTime(),
      injections: faults.of(task),
      version: versions.of(task),
    };
  }

  private count(event: TrafficEvent, atMs: number): void {
    if (event.type === "own error") {
      const { loadBalancerArn, status, listenerArn } = event;
      const scope = this.scopes.get(listenerArn);
      if (scope) countLoadBalancerError(this.store, scope, loadBalancerArn, status, atMs);
      return;
    }
    const metrics = this.groups.get(event.targetGroupArn)?.requestMetrics;
    if (event.type === "request") metrics?.request(atMs);
    else if (event.type === "answer") metrics?.answer(event.status, event.seconds, atMs);
    else metrics?.connectionError(atMs);
  }
}

/** Something that hears clients on a free port of loopback. */
async function hearing(): Promise<[Server, Address]> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return [server, { host: "127.0.0.1", port }];
}

/** `arn:…:listener-rule/app/name/id/listener/rule` belongs to `arn:…:listener/app/name/id/listener`. */
const listenerOfRule = (arn: string) =>
  arn.replace(":listener-rule/", ":listener/").split("/").slice(0, -1).join("/");
