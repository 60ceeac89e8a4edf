import type { Acting } from "../core/acting";
import type { Aws } from "../core/aws";
import type { MetricStore } from "../core/metric-store";
import { besideLoadBalancing } from "./api";
import { passOn } from "./pass-on";
import { inOwnProcess, Registry, type PlaneMaker } from "./registry";
import type { Share } from "./shares";

export { inOwnProcess } from "./registry";

/** Application Load Balancers that take traffic: the API is the base's, the listeners and targets are ours. */
export interface LoadBalancing extends Acting {
  /** What the rehearsal's own clients send with each request: with it they may send whatever a browser would. */
  readonly clientHeaders: Readonly<Record<string, string>>;
  /** Where a listener answers on this machine. Undefined when there is no such listener. */
  listenerAddress(listenerArn: string): { host: string; port: number } | undefined;
  /** The same by a load balancer's DNS name and the listener's port. */
  addressOf(dnsName: string, port: number): { host: string; port: number } | undefined;
  /** Lets a listener answer at the gateway by a name under `localhost`, which browsers take for this machine. Gives its URL. */
  name(listenerArn: string, name: string): string;
  /** How a listener's default action divides its traffic at this moment; empty when it does not forward. */
  shares(listenerArn: string): Share[];
  /** Rejects when nothing carries the traffic any more. */
  readonly failed: Promise<never>;
  /** Ends servers, connections and health checks. */
  close(): Promise<void>;
}

/**
 * Gives every listener a server of its own on loopback, to which requests with a load balancer's DNS name in their Host
 * header go. Metrics of the namespace AWS/ApplicationELB go to `metrics`, in AWS time.
 */
export function loadBalancing(
  aws: Aws,
  metrics: MetricStore,
  planeFor: PlaneMaker = inOwnProcess(),
): LoadBalancing {
  const warned = new Set<string>();
  const warnOnce = (message: string) => {
    if (!warned.has(message)) aws.warn(message);
    warned.add(message);
  };
  const registry = new Registry(aws.clock, metrics, warnOnce, aws, planeFor);
  /** Listeners by host names of this machine. */
  const names = new Map<string, string>();
  const listenerNamed = (host: string) => names.get(host.toLowerCase().replace(/:\d+$/, ""));
  return {
    signingName: "elasticloadbalancing",
    beside: besideLoadBalancing(registry),
    hosts: [
      {
        matches: (host) => /\.elb\.amazonaws\.com(\.cn)?(:\d+)?$/i.test(host),
        handler(request, response) {
          const listener = registry.listenerFor(request.headers.host ?? "");
          // On AWS the name would not resolve, or nothing would listen: a connection that fails.
          if (listener) passOn(request, response, listener.address, registry.clientHeaders);
          else request.socket.destroy();
        },
      },
      {
        matches: (host) => listenerNamed(host) !== undefined,
        handler(request, response) {
          const listener = registry.listeners.get(listenerNamed(request.headers.host ?? "") ?? "");
          if (listener) passOn(request, response, listener.address);
          else request.socket.destroy();
        },
      },
    ],
    clientHeaders: registry.clientHeaders,
    listenerAddress: (listenerArn) => registry.listeners.get(listenerArn)?.address,
    addressOf: (dnsName, port) => registry.listenerFor(`${dnsName}:${port}`)?.address,
    name(listenerArn, name) {
      const host = `${name}.localhost`.toLowerCase();
      names.set(host, listenerArn);
      return `http://${host}:${new URL(aws.endpoint).port}/`;
    },
    shares: (listenerArn) => registry.sharesOf(listenerArn),
    failed: registry.failed,
    close: () => registry.close(),
  };
}
