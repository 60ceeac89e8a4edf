import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../rehearsal/bring-up";

const service = "trivia-api";
const file = "infra/services.ts";
const parts = [
  ...["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml", "package.json", "tsconfig.json"],
  ...["infra", "services"],
];

/** A copy of the program under `parent` in which fields of the service's definition have other values. */
export function programWith(parent: string, fields: Record<string, unknown>): string {
  const folder = mkdtempSync(path.join(parent, "program-"));
  const isSource = (from: string) => !/[/\\](node_modules|dist)([/\\]|$)/.test(from.slice(root.length));
  for (const part of parts)
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true, filter: isSource });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));

  const text = readFileSync(path.join(root, file), "utf8");
  const [entry] = /^ {2}\{\n {4}name: "trivia-api",\n[^]*?^ {2}\},$/m.exec(text) ?? [];
  if (!entry) throw new Error(`${file} has no entry of ${service}`);
  const edited = Object.entries(fields).reduce((of, [field, value]) => {
    const line = new RegExp(`^    ${field}: .*,$`, "m");
    if (!line.test(of)) throw new Error(`${file}: ${service} has no ${field}`);
    return of.replace(line, () => `    ${field}: ${JSON.stringify(value)},`);
  }, entry);
  writeFileSync(
    path.join(folder, file),
    text.replace(entry, () => edited),
  );

  const { directory } = fields;
  if (typeof directory === "string")
    cpSync(path.join(folder, "services", service), path.join(folder, directory), { recursive: true });
  return folder;
}

/** Stack configuration by full key, with other values of arguments such as `deployment.canaryPercent`. */
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
