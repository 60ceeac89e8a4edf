import { NormalizedSchema } from "@smithy/core/schema";
import { ServiceError } from "../errors";
import type { Failure, Request, SchemaRef } from "./protocol";

/** What the errors that all services have are called in the Query protocol. */
const commonQueryCodes: Record<string, string | undefined> = {
  ExpiredTokenException: "ExpiredToken",
  SerializationException: "MalformedInput",
  UnknownOperationException: "InvalidAction",
  UnrecognizedClientException: "InvalidClientTokenId",
  ValidationException: "ValidationError",
};

interface ErrorTraits {
  error?: "client" | "server";
  httpError?: number;
  /** The code in the Query protocol, and its status. */
  awsQueryError?: readonly [string, number];
}

const traitsOf = (schema: SchemaRef | undefined): ErrorTraits =>
  schema === undefined ? {} : (NormalizedSchema.of(schema).getMergedTraits() as ErrorTraits);

/** An error that a handler threw, if it is one for the caller: of a class of the SDK, or a `ServiceError`. */
export function failureOf(
  error: Error,
  schemaOf: (name: string) => SchemaRef | undefined,
): Failure | undefined {
  const { message } = error;
  if (error instanceof ServiceError) {
    return { code: error.code, message, status: error.statusCode, members: {} };
  }
  if (!("$fault" in error)) return undefined;
  const {
    name: code,
    $fault,
    $metadata: _metadata,
    $service: _service,
    $retryable: _retryable,
    $response: _response,
    stack: _stack,
    message: _message,
    ...members
  } = error as Error & Record<string, unknown>;
  const schema = schemaOf(code);
  const { httpError, error: fault = $fault } = traitsOf(schema);
  return { code, message, status: httpError ?? (fault === "server" ? 500 : 400), schema, members };
}

/** How a failure is called in the Query protocol. */
export function queryCodeOf({ code, schema }: Failure): string {
  return traitsOf(schema).awsQueryError?.[0] ?? commonQueryCodes[code] ?? code;
}

/** For clients of services that spoke the Query protocol before, which ask for the old name of a failure. */
export function queryErrorHeader(failure: Failure, { headers }: Request): Record<string, string> | undefined {
  if (headers["x-amzn-query-mode"] !== "true") return undefined;
  return { "x-amzn-query-error": `${queryCodeOf(failure)};${failure.status < 500 ? "Sender" : "Receiver"}` };
}
