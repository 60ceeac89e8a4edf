import type { Call, Operations } from "./acting";
import { ServiceError } from "./errors";
import { readJson, writeJson, type OperationSchema } from "./codec";
import type { Identity } from "./identity";

/** The operations of an SDK package: for each `XCommand` that it exports, `X`. */
export type OperationName<Sdk> = keyof Sdk extends infer K
  ? K extends `${infer N}Command`
    ? N
    : never
  : never;

type CommandOf<Sdk, N extends string> = `${N}Command` extends keyof Sdk
  ? Sdk[`${N}Command`] extends abstract new (...args: never[]) => {
      readonly input: infer I;
      resolveMiddleware(...args: never[]): (args: never) => Promise<{ output: infer O }>;
    }
    ? { input: I; output: O }
    : never
  : never;

export type Input<Sdk, N extends string> = CommandOf<Sdk, N>["input"];
export type Output<Sdk, N extends string> = Omit<CommandOf<Sdk, N>["output"], "$metadata">;

/**
 * What a service does: a function for each operation it has, with the SDK's own input and output types. An
 * operation that is not here answers "not implemented: Service.Operation", never an empty success. To fail, a
 * function throws the SDK's exception class, e.g. `new DeploymentDoesNotExistException({ message, $metadata: {} })`,
 * or a `ServiceError` where the SDK has no class for the code.
 */
export type Handlers<Sdk> = {
  [N in OperationName<Sdk>]?: (input: Input<Sdk, N>, caller: Identity) => Promise<Output<Sdk, N>>;
};

export type Invoke = (
  operation: string,
  body: Buffer,
  caller: Identity,
) => Promise<{ status: number; body: Buffer; error?: string }>;

/** The operations of a service that Greenroom acts, speaking AWS JSON 1.1 by the model that its SDK package carries. */
export function actingService<Sdk extends object>(options: {
  /** As it is named in "not implemented: CodeDeploy.X". */
  name: string;
  signingName: string;
  sdk: Sdk;
  handlers: Handlers<Sdk>;
  warn: (message: string) => void;
}): { signingName: string; operations: Operations; call: Invoke } {
  const { name, signingName, sdk, warn } = options;
  const handlers = options.handlers as Record<
    string,
    ((input: unknown, caller: Identity) => Promise<unknown>) | undefined
  >;
  const schemas = sdk as Record<string, unknown>;

  async function answer(operation: string, body: Buffer, caller: Identity) {
    const schema = schemas[`${operation}$`] as OperationSchema | undefined;
    if (!schema || schema[0] !== 9) {
      throw new ServiceError("UnknownOperationException", `${name} has no operation "${operation}"`);
    }
    const handler = handlers[operation];
    if (!handler) throw new ServiceError("NotImplemented", `not implemented: ${name}.${operation}`, 501);
    const input = await readJson(schema[4], body);
    return writeJson(schema[5], await handler(input, caller));
  }

  const call: Invoke = async (operation, body, caller) => {
    try {
      return { status: 200, body: await answer(operation, body, caller) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const modeled = "$fault" in error || error instanceof ServiceError;
      const code = modeled ? error.name : "InternalFailure";
      if (!modeled) warn(`${name}.${operation} failed: ${error.stack ?? error.message}`);
      const status = error instanceof ServiceError ? error.statusCode : modeled ? 400 : 500;
      const {
        name: _name,
        $fault,
        $metadata,
        $service,
        $retryable,
        stack,
        message,
        ...members
      } = error as Error & Record<string, unknown>;
      return {
        status,
        error: code,
        body: Buffer.from(JSON.stringify({ __type: code, message, ...members })),
      };
    }
  };

  return {
    signingName,
    call,
    operations: {
      has: (asked) => operationOf(asked) in handlers,
      async answer(asked) {
        const { status, body, error } = await call(operationOf(asked), asked.body, asked.caller);
        const headers = {
          "content-type": "application/x-amz-json-1.1",
          "x-amzn-requestid": crypto.randomUUID(),
          ...(error ? { "x-amzn-errortype": error } : {}),
        };
        return { status, headers, body };
      },
    },
  };
}

export const operationOf = ({ headers }: Call) => String(headers["x-amz-target"] ?? "").split(".")[1] ?? "";
