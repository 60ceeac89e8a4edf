import { parseConfig } from "../../infra/config";
import { directoryOf, type ServiceDefinition } from "../../infra/definitions";
import type { Tree } from "../local-aws/codepipeline/tree";
import { readStackConfig } from "../provision/config";
import { environmentNames } from "./environments";
import { ServiceFileError } from "./incidents/incident";

/** Checks what stack files say. @throws {ServiceFileError} naming file and key, and what is allowed */
export function checkStackFiles(root: string, definitions: readonly ServiceDefinition[]): void {
  for (const stack of environmentNames) {
    const { project, values } = readStackConfig(root, stack);
    const prefix = `${project}:`;
    const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
    try {
      parseConfig(
        Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
        definitions,
      );
    } catch (error) {
      throw new ServiceFileError(
        `Pulumi.${stack}.yaml: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

/**
 * Checks that the files are there which stacks take from services' folders.
 * @throws {ServiceFileError} naming the file that is missing, and who names it
 */
export function checkFolders(tree: Tree, definitions: readonly ServiceDefinition[]): void {
  for (const definition of definitions) {
    const file = `${directoryOf(definition)}/service.ts`;
    if (!tree[file])
      throw new ServiceFileError(
        `infra/services.ts lists "${definition.name}", but ${file} is not there (or git ignores it): a service's ` +
          `folder has its name; rename one of the two`,
      );
    const hook = definition.hook === undefined ? undefined : `${directoryOf(definition)}/${definition.hook}`;
    if (hook !== undefined && !tree[hook])
      throw new ServiceFileError(
        `${hook} is not there (or git ignores it), but ${file} has it as "hook": add it, or change "hook"`,
      );
  }
}
