import type { IncomingMessage } from "node:http";

/** What a route answers: sent as JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** A request that cannot be served, for a reason that its sender can mend (4xx). */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

const MAX_BODY_BYTES = 4096;

/**
 * The request's body as JSON.
 * @throws RequestError 413 when it is longer than 4 KiB, 400 when it is cut off or not JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) break;
      chunks.push(chunk);
    }
  } catch {
    throw new RequestError(400, "the request body is incomplete");
  }
  if (bytes > MAX_BODY_BYTES) {
    // The rest is not worth reading: the connection closes after the answer.
    throw new RequestError(413, `the request body is longer than ${MAX_BODY_BYTES} bytes`, {
      connection: "close",
    });
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new RequestError(400, "the request body is not valid JSON");
  }
}
