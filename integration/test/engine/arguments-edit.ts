import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { copyCheckout } from "../../checkout";
import { listTree } from "../../local-aws/codepipeline/tree";

const service = "trivia-api";
const file = "infra/services.ts";

/** A copy of the program under `parent` in which fields of the service's definition have other values. */
export function programWith(parent: string, fields: Record<string, unknown>): Promise<string> {
  return programOf(parent, fields, (entry) => edited(entry, fields));
}

/** A copy of the program under `parent` with a second service, which is the first one under another name. */
export async function programWithSecond(parent: string, name: string): Promise<string> {
  const directory = `services/${name}`;
  const folder = await programOf(
    parent,
    { directory },
    (entry) => `${entry}\n${edited(entry, { name, directory })}`,
  );
  for (const file of await listTree(path.join(folder, directory))) {
    const from = path.join(folder, directory, file);
    const text = await readFile(from, "utf8");
    await rm(from);
    await writeFile(
      path.join(folder, directory, file.replaceAll(service, name)),
      text.replaceAll(service, name),
    );
  }
  return folder;
}

async function programOf(
  parent: string,
  { directory }: Record<string, unknown>,
  change: (entry: string) => string,
): Promise<string> {
  const folder = await mkdtemp(path.join(parent, "program-"));
  await copyCheckout(folder);
  const text = await readFile(path.join(folder, file), "utf8");
  const [entry] = /^ {2}\{\n {4}name: "trivia-api",\n[^]*?^ {2}\},$/m.exec(text) ?? [];
  if (!entry) throw new Error(`${file} has no entry of ${service}`);
  await writeFile(
    path.join(folder, file),
    text.replace(entry, () => change(entry)),
  );
  if (typeof directory === "string")
    await cp(path.join(folder, "services", service), path.join(folder, directory), { recursive: true });
  return folder;
}

function edited(entry: string, fields: Record<string, unknown>): string {
  return Object.entries(fields).reduce((of, [field, value]) => {
    const line = new RegExp(`^    ${field}: .*,$`, "m");
    if (!line.test(of)) throw new Error(`${file}: ${service} has no ${field}`);
    return of.replace(line, () => `    ${field}: ${JSON.stringify(value)},`);
  }, entry);
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
