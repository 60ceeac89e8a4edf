import { XmlShapeDeserializer, XmlShapeSerializer } from "@aws-sdk/core/protocols";
import { FromStringShapeDeserializer } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import { credentialScope } from "../scope";
import type { Answer } from "../acting";
import { queryCodeOf } from "./failure";
import { readForm } from "./form";
import type { Failure, Protocol, Request, SchemaRef } from "./protocol";

const dateTime = 5;
const settings = {
  timestampFormat: { useTrait: true, default: dateTime },
  xmlNamespace: "",
  serviceNamespace: "",
} as const;

/**
 * The Query protocol: `Action=X&Members.member.1.Name=…` in, XML out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const awsQuery: Protocol = {
  speaks: (request) =>
    /^application\/x-www-form-urlencoded/.test(request.headers["content-type"] ?? "") ||
    fieldsOf(request).has("Action"),
  operationOf: (request) => fieldsOf(request).get("Action") ?? "",
  readInput: ([, , , , input], request) =>
    readForm(NormalizedSchema.of(input), fieldsOf(request), new FromStringShapeDeserializer(settings)),
  readOutput([, , name, , , output], { body }) {
    const deserializer = new XmlShapeDeserializer(settings);
    return (deserializer.read(NormalizedSchema.of(output), body, `${name}Result`) as unknown) ?? {};
  },
  writeOutput([, , name, , , schema], output, request) {
    const unit = NormalizedSchema.of(schema).isUnitSchema();
    const result = unit ? "" : `<${name}Result>${membersOf(schema, output)}</${name}Result>`;
    const requestId = crypto.randomUUID();
    return answer(
      200,
      requestId,
      `<${name}Response${xmlns(request)}>${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`,
    );
  },
  writeError(failure, request) {
    const requestId = crypto.randomUUID();
    return answer(
      failure.status,
      requestId,
      `<ErrorResponse${xmlns(request)}>${errorOf(failure)}<RequestId>${requestId}</RequestId></ErrorResponse>`,
    );
  },
};

/** Of the body, or of the query of a GET. */
function fieldsOf({ method, path, body }: Request): URLSearchParams {
  return method === "GET"
    ? new URL(path, "http://x").searchParams
    : new URLSearchParams(body.toString("utf8"));
}

function errorOf(failure: Failure): string {
  const { message, status, schema, members } = failure;
  const { Message: _message, ...own } = members;
  return (
    `<Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${escape(queryCodeOf(failure))}</Code>` +
    `<Message>${escape(message)}</Message>${schema ? membersOf(schema, own) : ""}</Error>`
  );
}

/** The members of a structure, without an element around them. */
function membersOf(schema: SchemaRef, value: object): string {
  const serializer = new XmlShapeSerializer(settings);
  serializer.write(NormalizedSchema.of(schema), value);
  return /^<[^>]*[^/]>(.*)<\/[^>]*>$/s.exec(String(serializer.flush()))?.[1] ?? "";
}

/** A service's namespace, e.g. `http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/`. */
function xmlns(request: Request): string {
  const service = credentialScope(request)?.service;
  const version = fieldsOf(request).get("Version");
  return service && version ? ` xmlns="http://${service}.amazonaws.com/doc/${escape(version)}/"` : "";
}

const answer = (status: number, requestId: string, xml: string): Answer => ({
  status,
  headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
  body: Buffer.from(xml),
});

const escape = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
