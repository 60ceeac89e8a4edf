import { cbor, CborCodec } from "@smithy/core/cbor";
import { NormalizedSchema } from "@smithy/core/schema";
import type { Answer } from "../acting";
import { ServiceError } from "../errors";
import { queryErrorHeader } from "./failure";
import type { Protocol, SchemaRef } from "./protocol";

const codec = new CborCodec();

/**
 * Smithy RPC v2 in CBOR, which most of today's clients speak to CloudWatch: the operation in the path, the rest in the body.
 * https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export const rpcV2Cbor: Protocol = {
  speaks: ({ headers }) => headers["smithy-protocol"] === "rpc-v2-cbor",
  operationOf: ({ path }) => /\/service\/[^/]+\/operation\/([^/?]+)/.exec(path)?.[1] ?? "",
  readInput: ([, , , , input], { body }) => read(input, body),
  readOutput: ([, , , , , output], { body }) => read(output, body),
  writeOutput: ([, , , , , schema], output) => answer(200, undefined, write(schema, output)),
  writeError(failure, request) {
    const { code, message, schema, members, status } = failure;
    const own = schema ? (cbor.deserialize(write(schema, members)) as object) : members;
    const body = Buffer.from(cbor.serialize({ __type: code, message, ...own }) as Uint8Array);
    return answer(status, queryErrorHeader(failure, request), body);
  },
};

function read(schema: SchemaRef, body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return codec.createDeserializer().read(NormalizedSchema.of(schema), body) as unknown;
  } catch (error) {
    throw new ServiceError("SerializationException", error instanceof Error ? error.message : String(error));
  }
}

function write(schema: SchemaRef, value: object): Buffer {
  const serializer = codec.createSerializer();
  serializer.write(NormalizedSchema.of(schema), value);
  return Buffer.from(serializer.flush());
}

function answer(status: number, more: Record<string, string> | undefined, body: Buffer): Answer {
  const requestId = crypto.randomUUID();
  return {
    status,
    headers: {
      "content-type": "application/cbor",
      "smithy-protocol": "rpc-v2-cbor",
      "x-amzn-requestid": requestId,
      ...more,
    },
    body,
  };
}
