import { createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type Dockerode from "dockerode";
import { DockerfileParser } from "dockerfile-ast";
import { expand } from "../images/expand";
import { formatReference, parseReference } from "../images/reference";
import { ask } from "./build-exec";

/** The images that the Dockerfiles below a folder build on, as far as they can be read. */
export async function baseImages(folder: string): Promise<string[]> {
  const images = new Set<string>();
  for (const file of await dockerfiles(folder))
    for (const image of imagesOf(await fs.readFile(file, "utf8").catch(() => ""))) images.add(image);
  return [...images];
}

async function dockerfiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  // What cannot be read, or has just been removed, says nothing.
  for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory() && !/^(node_modules|\.git)$/.test(entry.name))
      found.push(...(await dockerfiles(name)));
    else if (entry.isFile() && /^(dockerfile|containerfile)(\.|$)|\.dockerfile$/i.test(entry.name))
      found.push(name);
  }
  return found;
}

/** By their full names; those that depend on what the build says are left out, and so are its own stages. */
export function imagesOf(dockerfile: string): string[] {
  const file = DockerfileParser.parse(dockerfile);
  const defaults = new Map(
    file.getInitialARGs().map((arg) => {
      const property = arg.getProperty();
      return [property?.getName() ?? "", property?.getValue() ?? undefined];
    }),
  );
  const stages = new Set(file.getFROMs().map((from) => from.getBuildStage()?.toLowerCase()));
  const named = [
    ...file.getFROMs().map((from) => from.getImage()),
    ...file.getCOPYs().map((copy) => copy.getFromFlag()?.getValue()),
  ];
  return named.flatMap((written) => {
    if (!written || /^\d+$/.test(written)) return [];
    try {
      const image = expand(written, (name) => defaults.get(name));
      if (image === "scratch" || stages.has(image.toLowerCase())) return [];
      return [formatReference(parseReference(image))];
    } catch {
      return [];
    }
  });
}

/**
 * Hands base images that the machine's daemon has to the daemon of a build, which would download them anew.
 *
 * @param transfer a folder, on this machine and as the container sees it
 */
export async function handOver(
  docker: Dockerode,
  containerId: string,
  images: readonly string[],
  transfer: { host: string; inside: string },
): Promise<void> {
  const here = new Map<string, string>();
  for (const image of images) {
    const found = await docker
      .getImage(image)
      .inspect()
      .catch(() => undefined);
    if (found) here.set(image, found.Id);
  }
  if (here.size === 0) return;
  const list = ["docker", "images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"];
  const there = new Set((await ask(docker, containerId, list)).split("\n"));
  const names = [...here].filter(([name, id]) => !there.has(`${name} ${id}`)).map(([name]) => name);
  if (names.length === 0) return;
  const file = path.join(transfer.host, "bases.tar");
  try {
    await pipeline(await saved(docker, names), createWriteStream(file));
    await ask(docker, containerId, ["docker", "load", "--quiet", "--input", `${transfer.inside}/bases.tar`]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot hand ${names.join(", ")} to the Docker daemon of the build: ${why}`, {
      cause: error,
    });
  } finally {
    await fs.rm(file, { force: true });
  }
}

/** Several images in one archive share their layers. https://docs.docker.com/reference/api/engine/ (ImageGetAll) */
function saved(docker: Dockerode, names: readonly string[]): Promise<NodeJS.ReadableStream> {
  const query = names.map((name) => `names=${name}`).join("&");
  const request = {
    // The modem takes the last character off.
    path: `/images/get?${query}&`,
    method: "GET",
    isStream: true,
    statusCodes: { 200: true, 500: "server error" },
  };
  const modem = docker.modem as {
    dial(options: object, done: (error: Error | null, stream: NodeJS.ReadableStream) => void): void;
  };
  return new Promise((resolve, reject) => {
    modem.dial(request, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}
