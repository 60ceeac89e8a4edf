import { JsonShapeDeserializer2, JsonShapeSerializer2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import { ServiceError } from "./errors";

/** An operation as the SDK packages export it: `[9, namespace, name, traits, input, output]`. */
export type OperationSchema = readonly [9, string, string, unknown, SchemaRef, SchemaRef];
type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

const epochSeconds = 7;
const settings = { timestampFormat: { useTrait: true, default: epochSeconds }, jsonName: false } as const;
const deserializer = new JsonShapeDeserializer2(settings);
type Json = Parameters<typeof deserializer.readObject>[1];

/** Reads a request body by its schema. Unknown members are dropped, wrong types and absent required members refused. */
export async function readJson(schema: SchemaRef, body: Buffer): Promise<unknown> {
  const ns = NormalizedSchema.of(schema);
  let parsed: unknown;
  try {
    parsed = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw new ServiceError("SerializationException", "the request body is not JSON");
  }
  const problems: string[] = [];
  check(ns, parsed, "", problems);
  if (problems.length > 0) {
    const plural = problems.length === 1 ? "1 validation error" : `${problems.length} validation errors`;
    throw new ServiceError("ValidationException", `${plural} detected: ${problems.join("; ")}`);
  }
  return ns.isUnitSchema() ? {} : (deserializer.readObject(ns, parsed as Json) as unknown);
}

/** Writes an answer by its schema. Members that the model does not have are dropped, as AWS never sends them. */
export function writeJson(schema: SchemaRef, value: unknown): Buffer {
  const ns = NormalizedSchema.of(schema);
  if (ns.isUnitSchema()) return Buffer.from("{}");
  const serializer = new JsonShapeSerializer2(settings);
  serializer.write(ns, value ?? {});
  const { buffer, byteOffset, byteLength } = serializer.flush();
  return Buffer.from(buffer, byteOffset, byteLength);
}

// https://smithy.io/2.0/additional-specs/http-protocol-compliance-tests.html has no message for it; this is the
// sentence that AWS JSON services answer with.
const missing = (path: string) =>
  `Value null at '${path}' failed to satisfy constraint: Member must not be null`;

function check(ns: NormalizedSchema, value: unknown, path: string, problems: string[]): void {
  const wrong = (wanted: string) => problems.push(`Value at '${path || "(body)"}' must be ${wanted}`);
  if (ns.isStructSchema() || ns.isUnitSchema()) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return void wrong("a structure");
    if (ns.isUnitSchema()) return;
    const record = value as Record<string, unknown>;
    const required = (ns.getSchema() as unknown[])[6];
    let index = 0;
    for (const [name, member] of ns.structIterator()) {
      const at = path ? `${path}.${name}` : name;
      const given = record[name];
      // The SDK's schemas list required members first and say how many they are.
      if (given === undefined || given === null) {
        if (typeof required === "number" && index < required) problems.push(missing(at));
      } else check(member, given, at, problems);
      index++;
    }
  } else if (ns.isListSchema()) {
    if (!Array.isArray(value)) return void wrong("a list");
    value.forEach((item, i) => check(ns.getValueSchema(), item, `${path}.${i + 1}.member`, problems));
  } else if (ns.isMapSchema()) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return void wrong("a map");
    for (const [key, item] of Object.entries(value))
      check(ns.getValueSchema(), item, `${path}.${key}`, problems);
  } else if (ns.isBooleanSchema()) {
    if (typeof value !== "boolean") wrong("a boolean");
  } else if (ns.isStringSchema()) {
    if (typeof value !== "string") wrong("a string");
  } else if (ns.isNumericSchema()) {
    if (typeof value !== "number") wrong("a number");
  }
}
