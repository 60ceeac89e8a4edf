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
const definitionFile = path.join(root, "infra/services.ts");

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
    if (line.startsWith("## ")) before = line.includes("infra/services.ts") ? definition : "";
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
  const fields = membersOf("ServiceDefinition").map((field) => definition + field);
  return [...configArguments(), ...new Set(ofProvider), ...fields];
}

/** The fields of an interface, those that no service has included. */
function membersOf(name: string): string[] {
  const source = ts.createSourceFile(
    definitionFile,
    readFileSync(definitionFile, "utf8"),
    ts.ScriptTarget.ES2022,
  );
  const found = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${definitionFile} has no ${name}`);
  return found.members.map((member) => member.name?.getText(source) ?? "");
}

/** What TypeScript, and so Pulumi's host for Node.js, says of the services' definition in a copy of the program. */
export function typeErrors(programFolder: string): string[] {
  const file = path.join(programFolder, path.relative(root, definitionFile));
  // The file's own types are enough.
  const program = ts.createProgram([file], {
    strict: true,
    noResolve: true,
    types: [],
    lib: ["lib.es2023.d.ts"],
  });
  return program
    .getSemanticDiagnostics(program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
