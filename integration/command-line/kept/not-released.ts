import path from "node:path";
import { directoryOf } from "../../../infra/definitions/common";
import type { ServiceDefinition } from "../../../infra/definitions";
import type { Tree } from "../../local-aws/codepipeline/tree";

/**
 * Files that have changed and that no release brings, since stacks are made from them: the program, its configuration,
 * and what of a service is Pulumi's.
 */
export function changedStackFiles(
  before: Tree,
  now: Tree,
  services: readonly Pick<ServiceDefinition, "name" | "hook">[],
): string[] {
  const files = ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"];
  const folders = ["infra/"];
  for (const { name, hook } of services) {
    const directory = directoryOf({ name });
    files.push(`${directory}/service.ts`, `${directory}/rehearsal/secrets.ts`);
    if (hook === undefined) continue;
    const folder = path.posix.dirname(hook);
    if (folder === ".") files.push(`${directory}/${hook}`);
    else folders.push(`${directory}/${folder}/`);
  }
  const ofStacks = (file: string) => files.includes(file) || folders.some((one) => file.startsWith(one));
  return changedFiles(before, now)
    .filter((file) => ofStacks(file) && !file.endsWith(".test.ts"))
    .sort();
}

/** Whether a release of the service would bring anything new: what only rehearsals read is no part of it. */
export function hasChanged(
  before: Tree,
  now: Tree,
  service: Pick<ServiceDefinition, "name" | "hook">,
): boolean {
  const directory = directoryOf(service);
  const elsewhere = changedStackFiles(before, now, [service]);
  return changedFiles(before, now).some(
    (file) =>
      file.startsWith(`${directory}/`) &&
      !file.startsWith(`${directory}/rehearsal/`) &&
      !elsewhere.includes(file),
  );
}

function changedFiles(before: Tree, now: Tree): string[] {
  const same = (file: string) => {
    const [one, other] = [before[file], now[file]];
    return one !== undefined && other !== undefined && Buffer.from(one.data).equals(other.data);
  };
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((file) => !same(file));
}
