import type http from "node:http";
import { cbor } from "@smithy/core/cbor";
import type { UnknownCallerError } from "./identity";

/**
 * What AWS answers to a caller that it does not know, in the protocol of the request: InvalidClientTokenId with 403 in
 * the Query protocol (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html), else
 * UnrecognizedClientException, which JSON services send with 400 and REST services with 403.
 */
export function refusal(
  { headers }: { headers: http.IncomingHttpHeaders },
  { code, message }: UnknownCallerError,
): { status: number; headers: Record<string, string>; body: Buffer } {
  const requestId = crypto.randomUUID();
  const type = code === "ExpiredToken" ? "ExpiredTokenException" : "UnrecognizedClientException";
  if (headers["x-amz-target"] !== undefined) {
    return {
      status: 400,
      headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": requestId },
      body: Buffer.from(JSON.stringify({ __type: type, message })),
    };
  }
  if (headers["smithy-protocol"] === "rpc-v2-cbor") {
    return {
      status: 403,
      headers: { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
      body: Buffer.from(cbor.serialize({ __type: type, message }) as Uint8Array),
    };
  }
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    return {
      status: 403,
      headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
      body: Buffer.from(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>` +
          `<RequestId>${requestId}</RequestId></ErrorResponse>`,
      ),
    };
  }
  return {
    status: 403,
    headers: { "content-type": "application/json", "x-amzn-errortype": type, "x-amzn-requestid": requestId },
    body: Buffer.from(JSON.stringify({ message })),
  };
}
