import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../rehearsal/bring-up";

const parts = [
  "Pulumi.yaml",
  "Pulumi.staging.yaml",
  "Pulumi.prod.yaml",
  "package.json",
  "tsconfig.json",
  "infra",
  "services",
];

/** A copy of the program in a new folder under `parent`, with one change, as an engineer would edit it. */
export function editedProgram(parent: string, edit: { file: string; find: string; replace: string }): string {
  const folder = mkdtempSync(path.join(parent, "program-"));
  const isSource = (file: string) => !/[/\\](node_modules|dist)([/\\]|$)/.test(file.slice(root.length));
  for (const part of parts) {
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true, filter: isSource });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const file = path.join(folder, edit.file);
  const text = readFileSync(file, "utf8");
  if (text.split(edit.find).length !== 2) {
    throw new Error(
      `the change replaces ${JSON.stringify(edit.find)} in ${edit.file}, where it is not exactly once`,
    );
  }
  writeFileSync(
    file,
    text.replace(edit.find, () => edit.replace),
  );
  return folder;
}
