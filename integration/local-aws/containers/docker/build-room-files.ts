import { randomInt } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { DockerDaemon } from "./daemon";
import { removeContainer } from "./sweep";

/** A folder of a build, on this machine and as its container sees it. */
export interface RoomFolder {
  host: string;
  inside: string;
}

/** As on AWS: sources are in `/codebuild/output/srcNUMBER/src`, and what CodeBuild itself writes in `/codebuild/output/tmp`. */
export async function roomFolders(folder: string) {
  const outputs = { host: path.join(folder, "output"), inside: "/codebuild/output" };
  const below = async (...names: string[]): Promise<RoomFolder> => {
    const host = path.join(outputs.host, ...names);
    await fs.mkdir(host, { recursive: true });
    return { host, inside: path.posix.join(outputs.inside, ...names) };
  };
  return {
    outputs,
    source: await below(`src${randomInt(1e8, 1e9)}`, "src"),
    scratch: await below("tmp"),
  };
}

/**
 * To whom files are given that root has made in a container, so that whoever runs the rehearsal can read and remove them.
 * Nobody, where containers write as that user anyway: as root, without root (https://docs.docker.com/engine/security/rootless/),
 * and in Docker Desktop.
 */
export async function fileOwner({ docker }: DockerDaemon): Promise<string | undefined> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (process.platform !== "linux" || uid === 0) return undefined;
  const info = (await docker.info()) as { SecurityOptions?: string[]; OperatingSystem?: string };
  const maps = info.SecurityOptions?.some((option) => option.startsWith("name=rootless"));
  return maps || info.OperatingSystem === "Docker Desktop" ? undefined : `${uid}:${gid}`;
}

/** Runs a script, and then gives what root has made to `owner`. Its exit code is the script's. */
export const givingTo = (owner: string, folder: string, script: string): string[] => [
  "bash",
  "-c",
  'bash "$1"; code=$?; find "$2" -uid 0 -exec chown -h "$3" {} + 2> /dev/null; exit $code',
  "build",
  script,
  folder,
  owner,
];

/** Removes a build's folder, with what a container that was killed has left in it. */
export async function removeFolder(
  { docker, labels }: DockerDaemon,
  folder: string,
  image: string,
): Promise<void> {
  const remove = () => fs.rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  try {
    return await remove();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") throw error;
  }
  // It belongs to root, who made it: only a container gets rid of it.
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ["sh"],
    Cmd: ["-c", "rm -rf /folder/*"],
    User: "0",
    Labels: { ...labels },
    HostConfig: { Binds: [`${folder}:/folder:z`], NetworkMode: "none", UsernsMode: "host" },
  });
  try {
    await container.start();
    await container.wait();
  } finally {
    await removeContainer(docker, container.id);
  }
  await remove();
}
