import type { Operations } from "./acting";
import type { Identity } from "./identity";

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
