import { awsJson } from "./aws-json";
import { awsQuery } from "./aws-query";
import type { Protocol, Request } from "./protocol";
import { restJson } from "./rest-json";
import { rpcV2Cbor } from "./rpc-v2-cbor";

export { failureOf } from "./failure";
export type { Failure, OperationSchema, Protocol, Request, SchemaRef } from "./protocol";

/** The last one takes what no other does. */
const protocols: readonly Protocol[] = [rpcV2Cbor, awsJson, awsQuery, restJson];

/** The protocol that a request speaks. One service may speak several. */
export function protocolOf(request: Request): Protocol {
  return protocols.find((protocol) => protocol.speaks(request)) ?? restJson;
}
