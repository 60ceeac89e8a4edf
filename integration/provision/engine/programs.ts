import { accessSync, constants, realpathSync, statSync } from "node:fs";
import path from "node:path";

/** The file of a program on PATH. */
export function onPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find(isProgram);
}

/** Whether the engine finds a language's host, whose name is that of the language. */
export function hasLanguageHost(language: string): boolean {
  const host = `pulumi-language-${language}`;
  const pulumi = onPath("pulumi");
  // Language hosts come with Pulumi, in the same folder; what is on PATH may be a link to it.
  const beside = pulumi && path.join(path.dirname(realpathSync(pulumi)), host);
  return onPath(host) !== undefined || (beside !== undefined && isProgram(beside));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
