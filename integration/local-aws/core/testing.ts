import type http from "node:http";
import type { Answer, Operations } from "./acting";
import type { Identity } from "./identity";
import { Model } from "./model";

/** For tests: calls an operation as the gateway does, in AWS JSON. */
export async function callJson<T>(
  operations: Operations,
  operation: string,
  input: object,
  caller: Identity,
): Promise<{ status: number; output: T & { __type?: string; message?: string } }> {
  const { status, body } = await operations.answer({
    method: "POST",
    path: "/",
    headers: { "x-amz-target": `Service.${operation}` },
    body: Buffer.from(JSON.stringify(input)),
    caller,
  });
  return { status, output: JSON.parse(body.toString()) as T & { __type?: string; message?: string } };
}

/** For tests: what a base of theirs answers to a request, in its protocol. `act` throws a `ServiceError` to refuse. */
export function answerOf(
  sdk: object,
  { method = "GET", url: path = "/", headers }: http.IncomingMessage,
  body: Buffer,
  act: (operation: string, input: unknown) => object,
): Answer {
  const model = new Model(sdk);
  const request = { method, path, headers, body };
  const { asked, operation } = model.operationOf(request);
  if (!operation) throw new Error(`no operation "${asked}"`);
  try {
    return model.writeOutput(operation, request, act(asked, model.readInput(operation, request)));
  } catch (error) {
    const refused = error instanceof Error && model.writeError(request, error);
    if (refused) return refused;
    throw error;
  }
}
