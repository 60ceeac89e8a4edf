import type { Action, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Server } from "node:net";
import type { Probe } from "../../core/probe";
import type { Injection } from "../../core/faults";

/**
 * Everything that carries a request: listeners, rules, weights, targets, faults, the version header. What it is told
 * and what it tells are plain data, and it runs in a process of its own. What is not here is control: the API, health
 * checks, which targets take requests, metrics. A change is in force when its promise resolves.
 */
export interface TrafficPlane {
  /** Asks a target something on behalf of control, from where requests to it are sent. */
  readonly probe: Probe;
  /** @param at what hears its clients; belongs to the plane from now on */
  openListener(listenerArn: string, settings: ListenerSettings, at: Server): Promise<void>;
  /** The very next request goes by the new settings. */
  changeListener(listenerArn: string, settings: ListenerSettings): Promise<void>;
  /** No new connection; requests in flight finish. */
  stopListener(listenerArn: string): Promise<void>;
  /** Those of a target group that take new requests, in turn. Others keep what is in flight until they are forgotten. */
  setTargets(targetGroupArn: string, targets: readonly TrafficTarget[]): Promise<void>;
  /** Resolves when a target has no request in flight. */
  idle(targetGroupArn: string, address: Address): Promise<void>;
  /** Closes what is left of connections to a target. */
  forgetTarget(targetGroupArn: string, address: Address): Promise<void>;
  close(): Promise<void>;
}

export interface Address {
  host: string;
  port: number;
}

/** Carries the secret of the run's own clients; no target and no rule sees it. */
export const clientHeader = "x-greenroom-client";

export interface ListenerSettings {
  loadBalancerArn: string;
  protocol: string;
  /** The port that it has on AWS. */
  port: number;
  /** Who names it in {@link clientHeader} may send whatever a browser would. */
  clientSecret: string;
  /** Of the load balancer, in wall time: requests really run. */
  idleTimeoutMs: number;
  defaultActions: readonly Action[];
  rules: readonly Rule[];
}

export interface TrafficTarget extends Address {
  /** Undefined for a target of which nothing is known but its address. */
  door?: DoorSettings;
}

/** What is between the load balancer and a task: its faults, and the name of its version. */
export interface DoorSettings {
  /** AWS time. */
  startedAtMs: number;
  injections: readonly Injection[];
  /** Said in answers that do not say it themselves. */
  version: string;
}

/** What becomes of requests, for the metrics. */
export type TrafficEvent =
  /** A target was chosen. */
  | { type: "request"; targetGroupArn: string }
  /** A target began to answer; seconds since the request left the load balancer. */
  | { type: "answer"; targetGroupArn: string; status: number; seconds: number }
  /** No connection to a target came about. */
  | { type: "connection error"; targetGroupArn: string }
  /** The load balancer itself answered with an error. */
  | { type: "own error"; listenerArn: string; loadBalancerArn: string; status: number };
