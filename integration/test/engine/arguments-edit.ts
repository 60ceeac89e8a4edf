import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../rehearsal/bring-up";
import { editedProgram } from "./program";

const service = "trivia-api";
const file = "infra/services.ts";

/** A copy of the program in which fields of the service's definition have other values. */
export function programWith(folder: string, fields: Record<string, unknown>): string {
  const [entry] =
    /^ {2}\{\n {4}name: "trivia-api",\n[^]*?^ {2}\},$/m.exec(readFileSync(path.join(root, file), "utf8")) ??
    [];
  if (!entry) throw new Error(`${file} has no entry of ${service}`);
  const replace = Object.entries(fields).reduce((text, [field, value]) => {
    const line = new RegExp(`^    ${field}: .*,$`, "m");
    if (!line.test(text)) throw new Error(`${file}: ${service} has no ${field}`);
    return text.replace(line, () => `    ${field}: ${JSON.stringify(value)},`);
  }, entry);
  const program = editedProgram(folder, { file, find: entry, replace });
  const { directory } = fields;
  if (typeof directory === "string")
    cpSync(path.join(program, "services", service), path.join(program, directory), { recursive: true });
  return program;
}

/** Stack configuration by full key with other values of arguments such as `deployment.canaryPercent`. */
export function configWith(
  config: Record<string, unknown>,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const changed = structuredClone(config);
  for (const [argument, value] of Object.entries(values)) {
    const full = argument.includes(":") ? argument : `greenroom:${argument}`;
    const steps = full.replace("<name>", service).split(".");
    const last = steps.pop() ?? "";
    const at = steps.reduce((of, step) => (of[step] ??= {}) as Record<string, unknown>, changed);
    at[last] = value;
  }
  return changed;
}
