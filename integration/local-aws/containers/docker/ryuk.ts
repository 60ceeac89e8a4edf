import net from "node:net";
import type Dockerode from "dockerode";
import { rehearsalLabel, type Labels } from "./labels";
import { messageOf, removeContainer } from "./sweep";

const port = "8080/tcp";
const limitMs = 10_000;

/**
 * Starts Testcontainers' reaper when its image is there: it removes what carries the label as soon as this process is gone,
 * rather than when the next rehearsal begins. Published on loopback, which Testcontainers itself does not do.
 * https://github.com/testcontainers/moby-ryuk
 */
export async function startRyuk(
  docker: Dockerode,
  labels: Labels,
  socketPath: string,
  warn: (message: string) => void,
): Promise<{ close(): Promise<void> } | undefined> {
  const images = await docker.listImages({ filters: { reference: ["testcontainers/ryuk"] } });
  const image = images.flatMap(({ RepoTags }) => RepoTags ?? [])[0];
  if (!image) return undefined;
  const rehearsal = labels[rehearsalLabel] ?? "";
  const container = await docker.createContainer({
    name: `greenroom-${rehearsal}-ryuk`,
    Image: image,
    // Without our label, which would have it remove itself before the rest.
    Labels: { "org.testcontainers.ryuk": "true" },
    ExposedPorts: { [port]: {} },
    HostConfig: {
      AutoRemove: true,
      Binds: [`${socketPath}:/var/run/docker.sock`],
      PortBindings: { [port]: [{ HostIp: "127.0.0.1", HostPort: "" }] },
    },
  });
  try {
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const socket = await register(Number(NetworkSettings.Ports[port]?.[0]?.HostPort), rehearsal);
    return {
      close: () => {
        socket.destroy();
        return removeContainer(docker, container.id).catch(() => undefined);
      },
    };
  } catch (error) {
    warn(`${image} could not be used: ${messageOf(error)}`);
    await removeContainer(docker, container.id).catch(() => undefined);
    return undefined;
  }
}

/** Says what to remove once this connection is gone. */
async function register(published: number, rehearsal: string): Promise<net.Socket> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const socket = net.connect({ host: "127.0.0.1", port: published });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once("error", reject);
        socket.once("close", () => reject(new Error("it ended the connection")));
        socket.once("data", () => resolve());
        socket.write(`label=${rehearsalLabel}=${rehearsal}\n`);
        socket.setTimeout(limitMs, () => reject(new Error("it does not answer")));
      });
      socket.setTimeout(0);
      socket.on("error", () => undefined);
      socket.unref();
      return socket;
    } catch (error) {
      socket.destroy();
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
