import { randomUUID } from "node:crypto";
import type { TaskNetwork } from "../../core/container-runtime";
import { daemonGraceMs, publishedPorts } from "./container";
import type { DockerDaemon } from "./daemon";
import { removeContainer, within } from "./sweep";

/**
 * One network for several containers of a task, held by a container that does nothing, as on AWS: the containers reach each
 * other on localhost, and any of them may end before the others.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
 */
export async function openTaskNetwork(
  daemon: DockerDaemon,
  image: string,
  containerPorts: readonly number[],
): Promise<TaskNetwork> {
  const ports = [...new Set(containerPorts)].map((port) => `${port}/tcp`);
  const container = await daemon.docker.createContainer({
    name: `${daemon.network.name}-pause-${randomUUID().slice(0, 8)}`,
    Image: image,
    Entrypoint: ["tail", "-f", "/dev/null"],
    Labels: { ...daemon.labels },
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    HostConfig: {
      NetworkMode: daemon.network.name,
      PortBindings: Object.fromEntries(ports.map((port) => [port, [{ HostIp: "127.0.0.1", HostPort: "" }]])),
      CapDrop: ["ALL"],
      ReadonlyRootfs: true,
      LogConfig: { Type: "none", Config: {} },
    },
  });
  const close = async () => void (await within(daemonGraceMs, removeContainer(daemon.docker, container.id)));
  try {
    await container.start();
    const published = await publishedPorts(container);
    return {
      id: container.id,
      address(containerPort) {
        const port = published.get(containerPort);
        if (!port) throw new Error(`the task has no port ${containerPort}`);
        return { host: "127.0.0.1", port };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
