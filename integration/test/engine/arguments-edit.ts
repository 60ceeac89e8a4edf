import { mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { services } from "../../../infra/services";
import { copyCheckout } from "../../checkout";
import { listTree } from "../../local-aws/codepipeline/tree";

const service = "trivia-api";
const list = "infra/services.ts";
/** The file of a service's definition. */
const definitionOf = (name: string) => `services/${name}/service.ts`;

/** A value that is written as it stands: JSON cannot say a function. */
export interface Code {
  code: string;
}

/** A copy of the program under `parent` in which fields of the service's definition have other values. */
export async function programWith(parent: string, fields: Record<string, unknown>): Promise<string> {
  const folder = await copy(parent);
  await change(folder, definitionOf(service), (text) => edited(text, fields));
  const { name } = fields;
  if (typeof name === "string") {
    // The folder has the service's name.
    await rename(path.join(folder, "services", service), path.join(folder, "services", name));
    await change(folder, list, (text) => text.replace(`services/${service}/`, `services/${name}/`));
  }
  return folder;
}

/** A copy of the program under `parent` with a second service, which is the first one under another name. */
export async function programWithSecond(parent: string, name: string): Promise<string> {
  const folder = await copy(parent);
  const from = path.join(folder, "services", service);
  for (const file of await listTree(from)) {
    const target = path.join(folder, "services", name, file.replaceAll(service, name));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, (await readFile(path.join(from, file), "utf8")).replaceAll(service, name));
  }
  await change(folder, list, (text) =>
    `import second from "../services/${name}/service";\n${text}`.replace("= [", "= [second, "),
  );
  return folder;
}

async function copy(parent: string): Promise<string> {
  const folder = await mkdtemp(path.join(parent, "program-"));
  await copyCheckout(folder);
  return folder;
}

async function change(folder: string, file: string, how: (text: string) => string): Promise<void> {
  const before = await readFile(path.join(folder, file), "utf8");
  const after = how(before);
  if (after === before) throw new Error(`${file} has nothing to change`);
  await writeFile(path.join(folder, file), after);
}

/** The definition with these fields; those that it leaves out are added. */
function edited(text: string, fields: Record<string, unknown>): string {
  return Object.entries(fields).reduce((of, [field, value]) => {
    const line = `  ${field}: ${isCode(value) ? value.code : JSON.stringify(value)},`;
    const own = new RegExp(`^  ${field}: .*,$`, "m");
    return own.test(of) ? of.replace(own, () => line) : of.replace(/^\}\);$/m, () => `${line}\n});`);
  }, text);
}

const isCode = (value: unknown): value is Code =>
  typeof value === "object" && value !== null && "code" in value;

/**
 * Stack configuration by full key, with other values of arguments such as `deployment.canaryPercent`. What is said of
 * `<name>` is said of every service.
 */
export function configWith(
  config: Record<string, unknown>,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const changed = structuredClone(config);
  const set = (argument: string, value: unknown) => {
    const full = argument.includes(":") ? argument : `greenroom:${argument}`;
    const steps = full.split(".");
    const last = steps.pop() ?? "";
    const at = steps.reduce((of, step) => (of[step] ??= {}) as Record<string, unknown>, changed);
    at[last] = value;
  };
  for (const [argument, value] of Object.entries(values)) {
    if (argument.includes("<name>"))
      for (const { name } of services) set(argument.replace("<name>", name), named(value, name));
    else set(argument, value);
  }
  return changed;
}

/** Values such as names must be each service's own. */
const named = (value: unknown, name: string) =>
  typeof value === "string" ? value.replace("<name>", name) : value;
