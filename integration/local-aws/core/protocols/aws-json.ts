import type { Answer } from "../acting";
import { queryErrorHeader } from "./failure";
import { JsonBody } from "./json-body";
import type { Protocol, Request } from "./protocol";

const json = new JsonBody({ jsonName: false });
/** Who is not known is told so with 400 here, unless the service spoke the Query protocol before: with 403. */
const refusedCaller = /^(UnrecognizedClient|ExpiredToken)Exception$/;

/**
 * AWS JSON 1.0 and 1.1: the operation in a header, everything else in the body.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export const awsJson: Protocol = {
  speaks: ({ headers }) => headers["x-amz-target"] !== undefined,
  operationOf: ({ headers }) => String(headers["x-amz-target"]).split(".").at(-1) ?? "",
  readInput: ([, , , , input], { body }) => json.read(input, body),
  readOutput: ([, , , , , output], { body }) => json.read(output, body),
  writeOutput: ([, , , , , schema], output, request) => answer(request, 200, {}, json.write(schema, output)),
  writeError(failure, request) {
    const old = queryErrorHeader(failure, request);
    const status = refusedCaller.test(failure.code) && !old ? 400 : failure.status;
    return answer(request, status, { "x-amzn-errortype": failure.code, ...old }, json.writeFailure(failure));
  },
};

function answer({ headers }: Request, status: number, more: Record<string, string>, body: Buffer): Answer {
  const version = headers["content-type"] === "application/x-amz-json-1.0" ? "1.0" : "1.1";
  const requestId = crypto.randomUUID();
  return {
    status,
    headers: { "content-type": `application/x-amz-json-${version}`, "x-amzn-requestid": requestId, ...more },
    body,
  };
}
