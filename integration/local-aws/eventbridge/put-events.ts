import { randomUUID } from "node:crypto";
import type { PutEventsRequestEntry, PutEventsResultEntry } from "@aws-sdk/client-eventbridge";
import type { Identity } from "../core/aws";
import { ServiceError } from "../core/errors";
import type { BusEvent } from "../core/events";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const mostBytes = 256 * 1024;

/** What is wrong with the request as a whole. */
export function checkEntries(entries: readonly PutEventsRequestEntry[], endpoint: string | undefined): void {
  if (endpoint !== undefined)
    throw new ServiceError(
      "NotImplemented",
      "not implemented: EventBridge.PutEvents with an EndpointId",
      501,
    );
  if (entries.some(({ TraceHeader }) => TraceHeader !== undefined))
    throw new ServiceError(
      "NotImplemented",
      "not implemented: EventBridge.PutEvents with a TraceHeader",
      501,
    );
  if (entries.length < 1 || entries.length > 10) {
    const than = entries.length < 1 ? "greater than or equal to 1" : "less than or equal to 10";
    throw new ServiceError(
      "ValidationException",
      `1 validation error detected: Value '${JSON.stringify(entries.map(() => "…"))}' at 'entries' failed to satisfy constraint: Member must have length ${than}`,
    );
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > mostBytes)
    throw new ServiceError(
      "ValidationException",
      "Total size of the entries in the request is over the limit.",
    );
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf({
  Time,
  Source = "",
  DetailType = "",
  Detail = "",
  Resources = [],
}: PutEventsRequestEntry): number {
  return (
    (Time ? 14 : 0) +
    [Source, DetailType, Detail, ...Resources].reduce((sum, one) => sum + Buffer.byteLength(one), 0)
  );
}

/** An entry as an event of its account, or what is wrong with it. */
export function readEntry(
  entry: PutEventsRequestEntry,
  { account, region }: Identity,
  now: Date,
): BusEvent | Required<Pick<PutEventsResultEntry, "ErrorCode" | "ErrorMessage">> {
  for (const name of ["Source", "DetailType", "Detail"] as const)
    if (!entry[name]) {
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: "InvalidArgument", ErrorMessage };
    }
  const { Source = "", DetailType = "", Detail = "", Resources = [], Time = now } = entry;
  if (/^aws\./.test(Source))
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  const detail = objectOf(Detail);
  if (!detail) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": DetailType,
    source: Source,
    account,
    time: Time.toISOString().replace(/\.\d+Z$/, "Z"),
    region,
    resources: Resources,
    detail,
  };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
