import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { networkFile } from "../../network";
import { writeDockerCommand } from "./docker-endpoint";

/**
 * Puts the programs of ours that rooms have into a folder, which rooms see in place of this checkout's: `build` has those
 * of builds, `container` those of containers.
 *
 * @param venvBin the folder with the `aws` command
 */
export async function writePrograms(folder: string, venvBin: string): Promise<void> {
  const [build, container] = [path.join(folder, "build"), path.join(folder, "container")];
  await writeDockerCommand(build);
  await fs.copyFile(networkFile, networkFileIn(folder));
  // Alone: beside it are the Python and the pip that the local AWS itself runs on. Its own first line names that Python,
  // which a path that is long or has a space makes unusable.
  const [python, aws] = ["python", "aws"].map((name) => quoted(path.join(venvBin, name)));
  const words = existsSync(path.join(venvBin, "..", "pyvenv.cfg")) ? `${python} ${aws}` : aws;
  await fs.writeFile(path.join(build, "aws"), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  await fs.mkdir(container, { recursive: true });
  await fs.writeFile(path.join(container, "docker-entrypoint.sh"), entryPoint, { mode: 0o755 });
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Where rooms find what makes Node.js programs find load balancers. */
export const networkFileIn = (folder: string): string => path.join(folder, path.basename(networkFile));

/** Where this machine's Node.js is, with its npm. */
export function nodeFolders(): string[] {
  const folder = path.dirname(path.dirname(process.execPath));
  return folder === "/" ? [] : [folder];
}

// What the Node.js base image does when its command is no program (https://github.com/nodejs/docker-node).
const entryPoint = `#!/bin/sh
set -e
if [ "\${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
  set -- node "$@"
fi
exec "$@"
`;
