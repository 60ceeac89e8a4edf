import { DockerfileError, type Instruction } from "./dockerfile";
import { expand } from "../images/expand";
import { hostArchitecture, type ContainerConfig } from "./image";

/** Expands a word; a mistake in it is one of the Dockerfile's line. */
export function expandAt(line: number, word: string, lookup: (name: string) => string | undefined): string {
  try {
    return expand(word, lookup);
  } catch (error) {
    throw new DockerfileError(line, error instanceof Error ? error.message : String(error));
  }
}

/** A variable as a stage's instructions see it. */
export function variable(
  { config, args }: { config: ContainerConfig; args: ReadonlyMap<string, string> },
  name: string,
): string | undefined {
  const entry = config.Env.find((item) => item.startsWith(`${name}=`));
  // https://docs.docker.com/reference/dockerfile/#using-arg-variables: ENV wins over ARG.
  return entry?.slice(name.length + 1) ?? args.get(name);
}

// https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
function platformArguments(): Map<string, string> {
  const platform = `linux/${hostArchitecture()}`;
  return new Map(
    ["TARGET", "BUILD"].flatMap((which) => [
      [`${which}PLATFORM`, platform],
      [`${which}OS`, "linux"],
      [`${which}ARCH`, hostArchitecture()],
    ]),
  );
}

/** The ARGs before the first FROM. */
export function globalArguments(
  globals: readonly Instruction[],
  given: ReadonlyMap<string, string | undefined>,
): Map<string, string | undefined> {
  const values = new Map<string, string | undefined>(platformArguments());
  for (const { pairs, line } of globals) {
    for (const [name, value] of pairs) {
      const fallback = value === undefined ? values.get(name) : expandAt(line, value, (v) => values.get(v));
      values.set(name, given.get(name) ?? fallback);
    }
  }
  return values;
}

/** @throws Error, a DockerfileError when there is a line, for a platform that this machine does not have */
export function checkPlatform(platform: string, line?: number): void {
  if (platform === "linux/amd64" || platform === `linux/${hostArchitecture()}`) return;
  const message =
    `platform ${platform} is not this machine's (linux/${hostArchitecture()}), and the process runtime runs images ` +
    "on this machine; use --containers docker";
  throw line === undefined ? new Error(message) : new DockerfileError(line, message);
}
