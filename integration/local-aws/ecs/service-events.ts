import { randomUUID } from "node:crypto";
import type { StoredService } from "./model";

/** As many as AWS keeps: the last 100. */
const kept = 100;

/**
 * Adds to what DescribeServices shows as the service's events.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
export function sayOfService(service: StoredService, createdAt: Date, message: string): void {
  service.events.unshift({ id: randomUUID(), createdAt, message: `(service ${service.name}) ${message}` });
  service.events.length = Math.min(service.events.length, kept);
}
