import type { Answer, Call, Operations } from "./acting";
import { ServiceError } from "./errors";
import type { Identity } from "./identity";
import { Model } from "./model";
import { protocolOf } from "./protocols";

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

/** The operations of a service that Greenroom acts, by the model that its SDK package carries, in any protocol. */
export function actingService<Sdk extends object>(options: {
  /** As it is named in "not implemented: CodeDeploy.X". */
  name: string;
  signingName: string;
  sdk: Sdk;
  handlers: Handlers<Sdk>;
  warn: (message: string) => void;
}): { signingName: string; operations: Operations } {
  const { name, signingName, sdk, warn } = options;
  const handlers = options.handlers as Record<string, Handler | undefined>;
  const model = new Model(sdk);

  async function output(call: Call): Promise<Answer> {
    const { asked, operation } = model.operationOf(call);
    if (!operation) {
      throw new ServiceError("UnknownOperationException", `${name} has no operation "${asked}"`);
    }
    const handler = handlers[asked];
    if (!handler) throw new ServiceError("NotImplemented", `not implemented: ${name}.${asked}`, 501);
    return model.writeOutput(operation, call, await handler(model.readInput(operation, call), call.caller));
  }

  return {
    signingName,
    operations: {
      has: (call) => model.operationOf(call).asked in handlers,
      async answer(call) {
        try {
          return await output(call);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          const refused = model.writeError(call, error);
          if (refused) return refused;
          warn(`${name}.${model.operationOf(call).asked} failed: ${error.stack ?? error.message}`);
          return protocolOf(call).writeError(
            { code: "InternalFailure", message: error.message, status: 500, members: {} },
            call,
          );
        }
      },
    },
  };
}

type Handler = (input: unknown, caller: Identity) => Promise<object>;
