import { FromStringShapeDeserializer, ToStringShapeSerializer } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import type { Answer } from "../acting";
import { ServiceError } from "../errors";
import { queryErrorHeader } from "./failure";
import { match } from "./http-paths";
import { JsonBody } from "./json-body";
import type { Protocol, Request, SchemaRef } from "./protocol";

const json = new JsonBody({ jsonName: true });
const settings = { timestampFormat: { useTrait: true, default: 7 }, httpBindings: true } as const;
const fromString = new FromStringShapeDeserializer(settings);

/** Where a member is, when it is not in the body. */
interface Bindings {
  httpLabel?: 1;
  httpQuery?: string;
  httpQueryParams?: 1;
  httpHeader?: string;
  httpPrefixHeaders?: string;
  httpPayload?: 1;
  httpResponseCode?: 1;
}

/**
 * REST JSON: the operation in method and path; members in path, query, headers and body.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restJson: Protocol = {
  speaks: () => true,
  operationOf: (request, operations) => match(request, operations)?.operation[2] ?? "",
  readInput(operation, request) {
    const ns = NormalizedSchema.of(operation[4]);
    if (ns.isUnitSchema()) return {};
    const { labels = {} } = match(request, [operation]) ?? {};
    const query = new URL(request.path, "http://x").searchParams;
    const outside = [...ns.structIterator()].map(([name, member]) => {
      const { httpLabel, httpQuery, httpQueryParams, httpHeader, httpPrefixHeaders } = bindingsOf(member);
      if (httpLabel) return [name, one(member, labels[name])];
      if (httpQuery !== undefined) return [name, ofQuery(member, query.getAll(httpQuery))];
      if (httpQueryParams) return [name, Object.fromEntries(query)];
      if (httpHeader !== undefined) return [name, one(member, headerOf(request, httpHeader))];
      if (httpPrefixHeaders !== undefined) return [name, withPrefix(request, httpPrefixHeaders)];
      return [name, undefined];
    });
    return { ...readBody(ns, request.body), ...present(outside) };
  },
  /** Of the body alone: nobody looks into what a base puts elsewhere. */
  readOutput: ([, , , , , output], { body }) => readBody(NormalizedSchema.of(output), body),
  writeOutput([, , , traits, , schema], output) {
    const ns = NormalizedSchema.of(schema);
    const { http } = traits as { http: readonly [string, string, number] };
    const answer = answerOf(http[2], {}, Buffer.from("{}"));
    if (ns.isUnitSchema()) return answer;
    answer.body = json.write(schema, inBody(ns, output));
    for (const [name, member] of ns.structIterator()) {
      const given = (output as Record<string, unknown>)[name];
      const { httpHeader, httpPrefixHeaders, httpPayload, httpResponseCode } = bindingsOf(member);
      if (httpPayload) answer.body = payloadOf(member, given);
      if (given === undefined || given === null) continue;
      if (httpHeader !== undefined) answer.headers[httpHeader.toLowerCase()] = text(member, given);
      if (httpPrefixHeaders !== undefined)
        for (const [key, value] of Object.entries(given))
          answer.headers[`${httpPrefixHeaders}${key}`.toLowerCase()] = String(value);
      if (httpResponseCode) answer.status = Number(given);
    }
    return answer;
  },
  writeError: (failure, request) =>
    answerOf(
      failure.status,
      { "x-amzn-errortype": failure.code, ...queryErrorHeader(failure, request) },
      json.writeFailure(failure),
    ),
};

const bindingsOf = (ns: NormalizedSchema) => ns.getMergedTraits() as Bindings;

/** Whether a member stands in the JSON of the body. */
const isInBody = (ns: NormalizedSchema) =>
  Object.keys(bindingsOf(ns)).every((trait) => !trait.startsWith("http"));

const present = (members: unknown[][]) =>
  Object.fromEntries(members.filter(([, value]) => value !== undefined)) as Record<string, unknown>;

const inBody = (ns: NormalizedSchema, given: object) =>
  present(
    [...ns.structIterator()].map(([name, member]) => [
      name,
      isInBody(member) ? (given as Record<string, unknown>)[name] : undefined,
    ]),
  );

function readBody(ns: NormalizedSchema, body: Buffer): Record<string, unknown> {
  const payload = [...ns.structIterator()].find(([, member]) => bindingsOf(member).httpPayload);
  if (!payload) {
    const read = json.read(ns, body);
    if (typeof read === "object" && read && !Array.isArray(read)) return inBody(ns, read);
    throw new ServiceError("SerializationException", "the request body is not a JSON object");
  }
  const [name, member] = payload;
  if (body.length === 0) return {};
  if (member.isBlobSchema()) return { [name]: new Uint8Array(body) };
  return { [name]: member.isStringSchema() ? body.toString("utf8") : json.read(member, body) };
}

function payloadOf(ns: NormalizedSchema, value: unknown): Buffer {
  if (value === undefined || value === null) return Buffer.alloc(0);
  if (ns.isBlobSchema()) return Buffer.from(value as Uint8Array);
  return ns.isStringSchema() ? Buffer.from(value as string) : json.write(ns as SchemaRef, value);
}

const one = (ns: NormalizedSchema, value: string | undefined) =>
  value === undefined ? undefined : (fromString.read(ns, value) as unknown);

function ofQuery(ns: NormalizedSchema, values: string[]): unknown {
  if (ns.isListSchema())
    return values.length === 0 ? undefined : values.map((each) => one(ns.getValueSchema(), each));
  return one(ns, values[0]);
}

function headerOf({ headers }: Request, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(", ") : value;
}

function withPrefix(request: Request, prefix: string): Record<string, string> {
  const names = Object.keys(request.headers).filter((name) => name.startsWith(prefix.toLowerCase()));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), headerOf(request, name) ?? ""]));
}

function text(ns: NormalizedSchema, value: unknown): string {
  const serializer = new ToStringShapeSerializer(settings);
  serializer.write(ns, value);
  return serializer.flush();
}

const answerOf = (status: number, more: Record<string, string>, body: Buffer): Answer => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-requestid": crypto.randomUUID(), ...more },
  body,
});
