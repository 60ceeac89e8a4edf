import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { configArguments } from "../../../infra/config";
import { root } from "../../checkout";
import { readProject } from "../../provision/config";

/** How a change of an argument arrives, in the words of docs/arguments.md. */
export const arrivals = ["through a release", "in place", "replacement"] as const;
export type Arrival = (typeof arrivals)[number];

/** Fields of the services' definition have this before their name, to tell them from configuration. */
export const definition = "definition: ";
/** Where the interfaces of a definition are. The helper that makes one says its kind. */
const interfaces = {
  CommonDefinition: "infra/definitions/common.ts",
  EcsServiceDefinition: "infra/kinds/ecs/definition.ts",
};

export const documentation = readFileSync(path.join(root, "docs/arguments.md"), "utf8");

/** How the engine says that it would replace, or delete, what is protected. The document quotes both. */
export const refusals = [
  "as it is currently marked for protection. To unprotect the resource, remove the `protect` flag",
  "because it is protected. To unprotect the resource, either remove the `protect` flag",
];

/** The rows of the document's two tables. @throws Error for an argument with two rows, or another arrival */
export function documentedArguments(text = documentation): Map<string, Arrival> {
  const rows = new Map<string, Arrival>();
  let before = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) before = line.includes("service.ts") ? definition : "";
    const [, argument, arrival] = /^\| `([^`]+)` *\| ([^|]+?) *\|/.exec(line) ?? [];
    if (!argument) continue;
    const known = arrivals.find((one) => one === arrival);
    if (!known) throw new Error(`docs/arguments.md: "${argument}" arrives "${arrival}", which is not a kind`);
    if (rows.has(before + argument)) throw new Error(`docs/arguments.md: "${argument}" has two rows`);
    rows.set(before + argument, known);
  }
  return rows;
}

/** The arguments that there are: configuration of the program and of its provider, and the services' definition. */
export function existingArguments(): string[] {
  const ofProvider = ["staging", "prod"].flatMap((stack) =>
    Object.keys(readProject(root, stack).config).filter((key) => key.startsWith("aws:")),
  );
  const fields = Object.entries(interfaces)
    .flatMap(([name, file]) => membersOf(name, file))
    .filter((field) => field !== "kind")
    .map((field) => definition + field);
  return [...configArguments(), ...new Set(ofProvider), ...fields];
}

/** The fields of an interface, those that no service has included. */
function membersOf(name: string, file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
  const found = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${file} has no ${name}`);
  return found.members.map((member) => member.name?.getText(source) ?? "");
}
