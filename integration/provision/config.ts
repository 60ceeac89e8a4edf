import { readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";

/** A Pulumi project with one stack's configuration, as `pulumi up` would hand it to the program. */
export interface StackConfig {
  /** The project's name: the namespace of its own configuration keys. */
  project: string;
  /** Absolute path of what is loaded as the program: a folder or a file. */
  program: string;
  /** Full key (`aws:region`, `greenroom:testPort`) to text. Numbers, booleans, lists and objects are JSON. */
  values: Record<string, string>;
  /** Full keys whose values are secrets. */
  secretKeys: string[];
}

/** A project or stack file cannot be used: which file, which key, and what to do. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const types = ["string", "integer", "boolean", "array", "object"] as const;

const declaration = z.looseObject({
  type: z.enum(types).optional(),
  default: z.unknown().optional(),
  value: z.unknown().optional(),
  secret: z.boolean().optional(),
  items: z.unknown().optional(),
  description: z.string().optional(),
});
type Declaration = z.infer<typeof declaration>;

const projectFile = z.looseObject({
  name: z.string(),
  runtime: z.union([z.string(), z.looseObject({ name: z.string() })]),
  main: z.string().optional(),
  config: z.record(z.string(), z.unknown()).nullish(),
});

const stackFile = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  /** Of the stack's passphrase. */
  encryptionsalt: z.string().optional(),
});

/**
 * Reads `Pulumi.yaml` and `Pulumi.STACK.yaml` of `folder`: the stack's values over the project's, over the project's
 * defaults, with the types that the project declares. Keys without a namespace are the project's own.
 *
 * @param changes laid over the stack file, by full key
 * @throws {ConfigError} for a missing or malformed file, a key that must be set, a value of another type than
 *   declared, an encrypted value (only the Pulumi engine can decrypt it)
 * @see https://www.pulumi.com/docs/iac/concepts/projects/project-file/
 * @see https://www.pulumi.com/docs/iac/concepts/config/#project-level-configuration
 */
export function readStackConfig(
  folder: string,
  stack: string,
  changes: Record<string, unknown> = {},
): StackConfig {
  const { project, program } = readProjectFile(folder);
  const stackFileName = `Pulumi.${stack}.yaml`;
  const given = { ...read(path.join(folder, stackFileName), stackFile).config, ...changes };

  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  const problems: string[] = [];
  const set = (key: string, value: unknown, where: string) => {
    if (isSecret(value)) {
      problems.push(`${where}: "${key}" is encrypted, which only the Pulumi engine can read`);
      return;
    }
    values[key] = asText(value);
  };

  const declared = new Map<string, Declaration>();
  for (const [name, raw] of Object.entries(project.config ?? {})) {
    const key = fullKey(project.name, name);
    const entry = asDeclaration(raw);
    declared.set(key, entry);
    if (entry.secret) secretKeys.push(key);
    if (entry.value !== undefined) set(key, entry.value, "Pulumi.yaml");
    else if (entry.default !== undefined) set(key, entry.default, "Pulumi.yaml");
  }
  for (const [name, value] of Object.entries(given)) {
    const key = fullKey(project.name, name);
    const type = declared.get(key)?.type;
    if (type && !isSecret(value) && !hasType(value, type)) {
      problems.push(
        `${stackFileName}: "${name}" is ${JSON.stringify(value)}; Pulumi.yaml says it is of type ${type}`,
      );
      continue;
    }
    set(key, value, stackFileName);
  }
  for (const [key, entry] of declared) {
    // Pulumi asks for a value of a declared key only if a type was declared with it.
    if (
      entry.type &&
      values[key] === undefined &&
      !problems.some((problem) => problem.includes(`"${key}"`))
    ) {
      problems.push(`${stackFileName}: "${key}" is not set; Pulumi.yaml declares it without a default`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return { project: project.name, program, values, secretKeys };
}

/**
 * Project and stack files as they stand, for the engine to check and to decrypt.
 * @throws {ConfigError} for a missing or malformed file
 */
export function readProject(folder: string, stack: string) {
  const { config, encryptionsalt } = read(path.join(folder, `Pulumi.${stack}.yaml`), stackFile);
  return { ...readProjectFile(folder), config: config ?? {}, encryptionSalt: encryptionsalt };
}

/** With the absolute path of what is loaded as the program. */
function readProjectFile(folder: string) {
  const project = read(path.join(folder, "Pulumi.yaml"), projectFile);
  const runtime = typeof project.runtime === "string" ? project.runtime : project.runtime.name;
  if (runtime !== "nodejs")
    throw new ConfigError(`Pulumi.yaml: runtime is "${runtime}"; Greenroom runs "nodejs" programs`);
  return { project, program: path.resolve(folder, project.main ?? ".") };
}

function read<T>(file: string, shape: z.ZodType<T>): T {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  const document = parseDocument(text);
  const wrong = document.errors[0];
  if (wrong) throw new ConfigError(`${file}: ${wrong.message}`);
  const parsed = shape.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      (issue) => `${file}: ${issue.path.map(String).join(".")}: ${issue.message}`,
    );
    throw new ConfigError(issues.join("\n"));
  }
  return parsed.data;
}

const fullKey = (project: string, key: string) => (key.includes(":") ? key : `${project}:${key}`);

/** `key: value` declares a value; `key: {type, default, …}` declares a key. */
function asDeclaration(raw: unknown): Declaration {
  const parsed = declaration.safeParse(raw);
  const known = ["type", "default", "value", "secret", "items", "description"];
  const isDeclaration =
    typeof raw === "object" &&
    raw !== null &&
    !Array.isArray(raw) &&
    Object.keys(raw).some((k) => known.includes(k));
  return parsed.success && isDeclaration ? parsed.data : { value: raw };
}

/** Whether it, or something in it, is encrypted. */
export const isSecret = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (typeof (value as { secure?: unknown }).secure === "string" || Object.values(value).some(isSecret));

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The engine compares values as texts, so "8080" is an integer and "true" a boolean. */
function hasType(value: unknown, type: (typeof types)[number]): boolean {
  switch (type) {
    case "string":
      return typeof value !== "object";
    case "integer":
      return /^-?\d+$/.test(String(value));
    case "boolean":
      return value === true || value === false || value === "true" || value === "false";
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
  }
}
