import assert from "node:assert/strict";
import type Dockerode from "dockerode";
import { getContainerRuntimeClient } from "testcontainers";
import { rehearsalLabel } from "./labels";
import type { DockerRuntime } from "./runtime";
import { rehearsalOfImage } from "./sweep";

const images = ["public.ecr.aws/docker/library/node:22-alpine"];

/** For tests: the daemon that the rehearsals use. */
export async function testDocker(): Promise<Dockerode> {
  return (await getContainerRuntimeClient()).container.dockerode;
}

/** For tests: an image with Node.js that is there. Nothing is pulled. */
export async function nodeImage(): Promise<string> {
  const dockerode = await testDocker();
  for (const image of images) {
    const found = await dockerode
      .getImage(image)
      .inspect()
      .catch(() => undefined);
    if (found) return image;
  }
  throw new Error(
    `these tests need the image ${images[0]}; integration/test/docker/images/build.sh makes it`,
  );
}

/** Nothing is left of a rehearsal in Docker. */
export async function nothingLeft({
  docker,
  labels,
}: Pick<DockerRuntime, "docker" | "labels">): Promise<void> {
  const id = labels[rehearsalLabel] ?? "";
  const filters = { label: [`${rehearsalLabel}=${id}`] };
  const left = [
    ...(await docker.listContainers({ all: true, filters })).map(({ Names }) => `container ${Names[0]}`),
    ...(await docker.listNetworks({ filters })).map(({ Name }) => `network ${Name}`),
    ...(await docker.listVolumes({ filters })).Volumes.map(({ Name }) => `volume ${Name}`),
    ...(await docker.listImages())
      .flatMap(({ RepoDigests, RepoTags }) => [...(RepoDigests ?? []), ...(RepoTags ?? [])])
      .filter((name) => rehearsalOfImage(name) === id),
  ];
  assert.deepEqual(left, []);
}
