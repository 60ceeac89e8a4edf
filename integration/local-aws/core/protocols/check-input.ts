import { NormalizedSchema } from "@smithy/core/schema";
import { ServiceError } from "../errors";
import type { SchemaRef } from "./protocol";

/** Refuses members of a wrong type and absent required ones, deep inside too. @throws ServiceError */
export function checkInput(schema: SchemaRef, input: unknown): void {
  const problems: string[] = [];
  check(NormalizedSchema.of(schema), input, "", problems);
  if (problems.length === 0) return;
  const plural = problems.length === 1 ? "1 validation error" : `${problems.length} validation errors`;
  throw new ServiceError("ValidationException", `${plural} detected: ${problems.join("; ")}`);
}

// https://smithy.io/2.0/additional-specs/http-protocol-compliance-tests.html has no message for it; this is the
// sentence that AWS services answer with.
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
    if (typeof value !== "string" && !(value instanceof String)) wrong("a string");
  } else if (ns.isTimestampSchema()) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) wrong("a timestamp");
  } else if (ns.isNumericSchema()) {
    if ((typeof value !== "number" && typeof value !== "bigint") || Number.isNaN(value)) wrong("a number");
  }
}
