import type { z } from "zod";

/** The names of a schema's fields. */
const fieldsOf = (schema: z.ZodType): string =>
  "shape" in schema ? Object.keys(schema.shape as object).join(", ") : "others";

/** What stands in a service's file, with its defaults. @throws Error that names every wrong field and what is allowed */
export function checked<Schema extends z.ZodType>(
  service: string | undefined,
  schema: Schema,
  definition: z.input<Schema>,
): z.output<Schema> {
  const result = schema.safeParse(definition);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const at = issue.path.map(String).join(".");
    if (issue.code === "unrecognized_keys")
      return `${[at, issue.keys.join(", ")].filter(Boolean).join(".")}: no such field${at === "" ? `; there are ${fieldsOf(schema)}` : ""}`;
    const value = issue.path.reduce<unknown>(
      (of, key) => (of as Record<PropertyKey, unknown> | undefined)?.[key],
      definition,
    );
    return at === "" ? issue.message : `${at} is ${JSON.stringify(value) ?? "not set"}: ${issue.message}`;
  });
  // Without a name, whoever shows the error says which file called.
  const where = typeof service === "string" ? `services/${service}/service.ts` : "a service's definition";
  throw new Error(`${where} is wrong:\n${problems.map((one) => `  ${one}`).join("\n")}`);
}
