import path from "node:path";
import { onPath } from "../on-path";
import { BaseError } from "./base";

/**
 * The folder with the `aws` command that buildspecs use, when builds are processes of this machine: the virtual
 * environment's, or without Python the one on PATH (version 2 of it needs no Python).
 */
export function awsCommandFolder(venv: string | { missing: string }, searched?: string): string {
  if (typeof venv === "string") return path.join(venv, "bin");
  const found = onPath("aws", searched);
  if (found) return path.dirname(found);
  throw new BaseError(
    "builds that are processes of this machine need the AWS command line, which would come with Python, and there is " +
      `none (${venv.missing}), nor is \`aws\` on PATH: install one of them, or use --containers docker, whose build ` +
      "images have it",
  );
}
