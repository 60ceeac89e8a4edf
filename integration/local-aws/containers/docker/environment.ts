import { readFile } from "node:fs/promises";
import path from "node:path";
import { pack } from "tar-stream";
import type Dockerode from "dockerode";
import { networkEnvironment, networkFile, nodeOptions } from "../../network";

const fileInside = "/.greenroom/network.cjs";

/** What a container's programs find in their environment: the program's own, and the way to the local AWS. */
export function containerEnvironment(
  own: Readonly<Record<string, string>>,
  ofImage: readonly string[],
  gateway: string,
): string[] {
  const imageOptions = ofImage.find((one) => one.startsWith("NODE_OPTIONS="))?.slice("NODE_OPTIONS=".length);
  const all = {
    ...own,
    ...networkEnvironment(gateway, fileInside),
    NODE_OPTIONS: nodeOptions(own.NODE_OPTIONS ?? imageOptions ?? "", fileInside),
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

/** Puts what Node.js programs are started with into a container that has not started yet. */
export async function putNetworkFile(container: Dockerode.Container): Promise<void> {
  const archive = pack();
  archive.entry({ name: path.posix.dirname(fileInside).slice(1), type: "directory", mode: 0o755 });
  archive.entry({ name: fileInside.slice(1), mode: 0o644 }, await readFile(networkFile));
  archive.finalize();
  await container.putArchive(archive as unknown as NodeJS.ReadableStream, { path: "/" });
}
