import type { NormalizedSchema } from "@smithy/core/schema";
import type { Answer, Call } from "../acting";

/** A shape as the SDK packages export it. */
export type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

/** An operation as the SDK packages export it: `[9, namespace, name, traits, input, output]`. */
export type OperationSchema = readonly [9, string, string, unknown, SchemaRef, SchemaRef];

/** What a protocol looks at of a request. */
export type Request = Pick<Call, "method" | "path" | "headers" | "body">;

/** An error as any protocol can send it. */
export interface Failure {
  /** The name of its shape, or a code that all services have. */
  code: string;
  message: string;
  status: number;
  /** Of its shape, if it has one, and its members besides the message. */
  schema?: SchemaRef;
  members: Record<string, unknown>;
}

/** One of AWS's protocols, from the server's side. It reads and writes by the schemas that SDK packages carry. */
export interface Protocol {
  /** Whether a request speaks it. */
  speaks(request: Request): boolean;
  /** The name of the operation that a request asks for. */
  operationOf(request: Request, operations: readonly OperationSchema[]): string;
  /** Reads the input of an operation, without checking it. @throws ServiceError when it cannot be read */
  readInput(operation: OperationSchema, request: Request): unknown;
  /** Reads what another server has answered. */
  readOutput(operation: OperationSchema, answer: Answer): unknown;
  /** Writes the output of an operation. Members that the model does not have are dropped, as AWS never sends them. */
  writeOutput(operation: OperationSchema, output: object, request: Request): Answer;
  writeError(failure: Failure, request: Request): Answer;
}
