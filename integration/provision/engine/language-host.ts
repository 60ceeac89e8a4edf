import { realpathSync } from "node:fs";
import path from "node:path";
import { isProgram, onPath } from "../../on-path";

/** Whether the engine finds a language's host, whose name is that of the language. */
export function hasLanguageHost(language: string): boolean {
  const host = `pulumi-language-${language}`;
  const pulumi = onPath("pulumi");
  // Language hosts come with Pulumi, in the same folder; what is on PATH may be a link to it.
  const beside = pulumi && path.join(path.dirname(realpathSync(pulumi)), host);
  return onPath(host) !== undefined || (beside !== undefined && isProgram(beside));
}
