import { randomUUID } from "node:crypto";
import type { Clock } from "./clock";

/** What an acting service tells of itself. Account and region are where it happened. */
export interface ServiceEvent {
  /** E.g. `aws.codedeploy`. */
  source: `aws.${string}`;
  /** E.g. `CodeDeploy Deployment State-change Notification`. */
  detailType: string;
  account: string;
  region: string;
  /** The ARNs of what it is about. */
  resources: readonly string[];
  detail: object;
  /** @default now, in AWS time */
  time?: Date;
}

/** The kinds of events that a service puts. */
export interface EmittedEvents {
  source: ServiceEvent["source"];
  detailTypes: readonly string[];
}

/** An event as rules match it and targets get it: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export interface BusEvent {
  version: string;
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/**
 * What a bus does to deliveries as a fault: EventBridge delivers "at least once" and in no order
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-delivery-level.html).
 */
export interface EventFaults {
  seed: number;
  /** The share of deliveries that never come. */
  lose?: number;
  /** The share that come twice. */
  repeat?: number;
  /** The share that come late enough for others to pass them. */
  reorder?: number;
}

/** Where acting services put their events: the default bus of the account in which something happened. */
export class Events {
  private deliver?: (event: BusEvent) => void;
  /** Set by whoever rehearses one. @default none */
  faults?: EventFaults;
  /** All that is ever put here. @default unknown */
  emitted?: readonly EmittedEvents[];

  constructor(private readonly clock: Clock) {}

  /** Never fails and never waits: what becomes of an event is no matter of who puts it. */
  put({
    source,
    detailType,
    account,
    region,
    resources,
    detail,
    time = this.clock.now(),
  }: ServiceEvent): void {
    const event: BusEvent = {
      version: "0",
      id: randomUUID(),
      "detail-type": detailType,
      source,
      account,
      // Whole seconds, as in every example of AWS's.
      time: time.toISOString().replace(/\.\d+Z$/, "Z"),
      region,
      resources: [...resources],
      // A copy: what happens to the service's own objects later did not happen then. Undefined members go.
      detail: JSON.parse(JSON.stringify(detail)) as Record<string, unknown>,
    };
    // What waits for a target is no wait of the service's.
    this.clock.beside(() => this.deliver?.(event));
  }

  /** Says who delivers. Before that, and in a test without a bus, events reach nobody. */
  deliverTo(deliver: (event: BusEvent) => void): void {
    this.deliver = deliver;
  }
}
