import type { Answer } from "./acting";
import { protocolOf, type OperationSchema, type Request, type SchemaRef } from "./protocols";
import { checkInput } from "./protocols/check-input";
import { failureOf } from "./protocols/failure";

/** A service as its SDK package describes it, in whatever protocol it is spoken to. */
export class Model {
  private readonly schemas: Record<string, unknown>;
  private readonly operations: readonly OperationSchema[];

  constructor(sdk: object) {
    this.schemas = sdk as Record<string, unknown>;
    this.operations = Object.entries(this.schemas).flatMap(([name, schema]) =>
      name.endsWith("$") && Array.isArray(schema) && schema[0] === 9
        ? [schema as unknown as OperationSchema]
        : [],
    );
  }

  /** The operation that a request asks for; undefined when the service has no such. */
  operationOf(request: Request): { asked: string; operation?: OperationSchema } {
    const asked = protocolOf(request).operationOf(request, this.operations);
    return { asked, operation: this.operations.find(([, , name]) => name === asked) };
  }

  /** @throws ServiceError when a member is of a wrong type, or a required one is not there */
  readInput(operation: OperationSchema, request: Request): unknown {
    const input = protocolOf(request).readInput(operation, request);
    checkInput(operation[4], input);
    return input;
  }

  /** What the base has answered. */
  readOutput(operation: OperationSchema, request: Request, answer: Answer): unknown {
    return protocolOf(request).readOutput(operation, answer);
  }

  writeOutput(operation: OperationSchema, request: Request, output: object): Answer {
    return protocolOf(request).writeOutput(operation, output, request);
  }

  /** Writes an error that is one for the caller; undefined for any other. */
  writeError(request: Request, error: Error): Answer | undefined {
    const failure = failureOf(error, (name) => this.schemas[`${name}$`] as SchemaRef | undefined);
    return failure && protocolOf(request).writeError(failure, request);
  }
}
