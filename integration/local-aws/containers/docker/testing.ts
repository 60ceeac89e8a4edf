import assert from "node:assert/strict";
import net from "node:net";
import type Dockerode from "dockerode";
import { pack } from "tar-stream";
import { getContainerRuntimeClient } from "testcontainers";
import { rehearsalLabel } from "./labels";
import { usualRelayImage, type DockerDaemon } from "./daemon";
import { rehearsalOfImage } from "./sweep";

/** For tests: an image with Node.js. */
export const nodeImage = usualRelayImage;

/** For tests: the daemon that the rehearsals use. */
export async function testDocker(): Promise<Dockerode> {
  return (await getContainerRuntimeClient()).container.dockerode;
}

/** For tests: builds an image by a Dockerfile alone. */
export async function buildImageOf(docker: Dockerode, tag: string, dockerfile: string): Promise<void> {
  const context = pack();
  context.entry({ name: "Dockerfile" }, dockerfile);
  context.finalize();
  const building = await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: tag });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(building, (error) => (error ? reject(error) : resolve()));
  });
}

/** Nothing is left of a rehearsal in Docker. */
export async function nothingLeft({
  docker,
  labels,
}: Pick<DockerDaemon, "docker" | "labels">): Promise<void> {
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

/** For tests: a way to the daemon that can be closed, as if it were gone, and nobody else notices. */
export async function openDoor(socketPath: string) {
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const daemon = net.connect(
      (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace("unix://", ""),
    );
    for (const one of [client, daemon]) {
      open.add(one);
      one.on("error", () => undefined);
    }
    client.pipe(daemon).pipe(client);
    client.on("close", () => daemon.destroy());
    daemon.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    dockerHost: `unix://${socketPath}`,
    close() {
      server.close();
      for (const one of open) one.destroy();
    },
  };
}
