import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** The file of a program, in the first of the folders on `searched` that has it. */
export function onPath(name: string, searched = process.env.PATH ?? ""): string | undefined {
  return searched
    .split(path.delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find(isProgram);
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
