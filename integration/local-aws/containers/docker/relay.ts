import { readFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type Dockerode from "dockerode";
import type { Labels } from "./labels";
import { attachedStreams } from "./relay-frames";
import { RelayHost } from "./relay-host";
import { removeContainer } from "./sweep";

export interface Relay {
  /** On the rehearsal's network. */
  address: string;
  /** On the daemon's 127.0.0.1. */
  publishedPort: number;
  /** Rejects when it ends before it is closed, as it does when the daemon stops. */
  failed: Promise<never>;
  close(): void;
}

const startLimitMs = 30_000;

/**
 * Lets containers reach the gateway, which listens on this machine's loopback only. The relay's container listens on the
 * private network, and carries each connection over its own stdin and stdout, which are attached through Docker's API.
 */
export async function startRelay(options: {
  docker: Dockerode;
  labels: Labels;
  network: string;
  image: string;
  gatewayPort: number;
}): Promise<Relay> {
  const { docker, labels, network, image, gatewayPort } = options;
  const program = await readFile(path.join(__dirname, "relay.cjs"), "utf8");
  // On 80 because Docker asks an insecure registry there.
  const ports = [...new Set([gatewayPort, 80])];
  const container = await docker.createContainer({
    name: `${network}-relay`,
    Image: image,
    Entrypoint: ["node"],
    Cmd: ["-e", program],
    Env: [`PORTS=${ports.join(" ")}`],
    Labels: { ...labels },
    User: "0",
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // With the connection the relay's stdin ends, and then the relay.
    StdinOnce: true,
    Tty: false,
    ExposedPorts: { [`${gatewayPort}/tcp`]: {} },
    HostConfig: {
      NetworkMode: network,
      PortBindings: { [`${gatewayPort}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: "" }] },
      CapDrop: ["ALL"],
      CapAdd: ["NET_BIND_SERVICE"],
      ReadonlyRootfs: true,
      SecurityOpt: ["no-new-privileges"],
      // What it carries is not for a log.
      LogConfig: { Type: "none", Config: {} },
    },
  });
  const attached = (await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  })) as unknown as Duplex;
  let said = "";
  const wire = attachedStreams(attached, (text) => (said = (said + text).slice(-2000)));
  const host = new RelayHost(wire, gatewayPort);
  let closing = false;
  const close = () => {
    closing = true;
    host.close();
  };
  try {
    await container.start();
    const ended = host.ended.then(() => {
      throw new Error(`the relay ended: ${said.trim() || "it said nothing"}`);
    });
    const late = wait(startLimitMs, undefined, { ref: false }).then(() => {
      throw new Error(`the relay did not start within ${startLimitMs / 1000} seconds: ${said.trim()}`);
    });
    await Promise.race([host.ready, ended, late]);
    const failed = host.ended.then(() => {
      if (closing) return new Promise<never>(() => undefined);
      throw new Error(
        "the relay in Docker has ended, so containers do not reach the local AWS any more" +
          `${said ? ` (${said.trim()})` : ""}; was the Docker daemon stopped?`,
      );
    });
    failed.catch(() => undefined);
    const { NetworkSettings } = await container.inspect();
    const address = NetworkSettings.Networks[network]?.IPAddress;
    const publishedPort = Number(NetworkSettings.Ports[`${gatewayPort}/tcp`]?.[0]?.HostPort);
    if (!address || !publishedPort) throw new Error("Docker gave the relay no address");
    await reach(publishedPort);
    return { address, publishedPort, failed, close };
  } catch (error) {
    close();
    await removeContainer(docker, container.id).catch(() => undefined);
    throw error;
  }
}

/** Tasks are reached on loopback, so a daemon elsewhere is of no use. */
async function reach(port: number): Promise<void> {
  const socket = net.connect({ host: "127.0.0.1", port });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve).once("error", reject);
    });
  } catch {
    throw new Error(
      "a port that Docker publishes on 127.0.0.1 does not answer here: the daemon is on another machine, or this is a " +
        "container beside the daemon's; run the rehearsal where the daemon is",
    );
  } finally {
    socket.destroy();
  }
}
