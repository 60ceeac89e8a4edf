import { setTimeout as wait } from "node:timers/promises";
import type Dockerode from "dockerode";
import type { AuthConfig } from "dockerode";
import { unlessAborted } from "../../core/abort";
import { labelsOf, type Labels } from "./labels";
import { pullImage } from "./pull-image";
import { startRelay, type Relay } from "./relay";
import { startRyuk } from "./ryuk";
import { messageOf, pulledPrefix, removeRehearsal, statusOf, sweep } from "./sweep";

export interface DockerDaemon {
  readonly docker: Dockerode;
  /** What everything carries that is made: the next rehearsal removes what this one leaves when it crashes. */
  readonly labels: Labels;
  /** Of this rehearsal alone; what is published from it is published on 127.0.0.1. */
  readonly network: { id: string; name: string };
  /** Where the gateway answers to containers: an address on the network, and `http://ADDRESS:PORT`; the image it runs in. */
  readonly relay: { address: string; endpoint: string; image: string };
  /** `127.0.0.1:PORT` where the daemon reaches the gateway, and with it the local ECR. */
  readonly registry: string;
  /** What the daemon has before the names of repositories in it. */
  readonly pulledPrefix: string;
  /**
   * Goes on when the image is there, which may take a pull.
   *
   * @param shown what people call the image
   * @throws ImageUnavailableError
   */
  ensureImage(image: string, auth?: AuthConfig, shown?: string): Promise<void>;
  /** Rejects when containers lose the gateway before all this is closed: the daemon was stopped, or the relay. */
  failed: Promise<never>;
  /** Removes everything that carries the labels, and images that were pulled from the local ECR. Never rejects. */
  close(): Promise<void>;
}

export interface DockerOptions {
  /** The rehearsal's. */
  id: string;
  gatewayPort: number;
  warn: (message: string) => void;
  /** Gets a line now and then when an image is pulled. */
  say?: (message: string) => void;
  /** The image that the relay runs in; it has Node.js 20 or newer as `node`. */
  relayImage?: string;
  /** Gives up on the pull of it. */
  signal?: AbortSignal;
}

export const usualRelayImage = "public.ecr.aws/docker/library/node:22-alpine";
const relayImage = () => process.env.GREENROOM_RELAY_IMAGE ?? usualRelayImage;
/** Wall time for what a daemon does at once, unless it does not answer any more. */
const closeLimitMs = 30_000;

/** Wall time for a daemon that DOCKER_HOST names to answer at all. */
const namedLimitMs = 10_000;

/** Why there is no Docker to work with, or undefined when there is. */
export async function dockerMissing(): Promise<string | undefined> {
  try {
    await findDocker();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Which of these images, and the relay's, the daemon would have to pull. @throws Error when it does not answer */
export async function imagesToPull(images: readonly string[]): Promise<string[]> {
  const { docker } = await findDocker();
  const needed = [...new Set([...images, relayImage()])];
  const there = await Promise.all(needed.map((image) => isThere(docker, image)));
  return needed.filter((_, i) => !there[i]);
}

/** Opens a place of its own for a rehearsal. @throws Error with a sentence for people */
export async function openDocker(options: DockerOptions): Promise<DockerDaemon> {
  const { docker, socketPath, desktop } = await findDocker();
  const { warn, say, gatewayPort } = options;
  const id = options.id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  for (const problem of await sweep(docker)) warn(`Docker ${problem}`);
  const labels = await labelsOf(id);
  const pulls = new Map<string, Promise<void>>();
  const ensureImage = async (image: string, auth?: AuthConfig, shown?: string) => {
    if (await isThere(docker, image)) return;
    let pull = pulls.get(image);
    if (!pull) {
      pull = pullImage(docker, image, { auth, shown, say }).finally(() => pulls.delete(image));
      pulls.set(image, pull);
    }
    return pull;
  };

  let relay: Relay | undefined;
  let ryuk: { close(): Promise<void> } | undefined;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      relay?.close();
      const removal = removeRehearsal(docker, id).finally(() => ryuk?.close());
      const late = wait(closeLimitMs, ["Docker does not answer"], { ref: false });
      const problems = await Promise.race([removal, late]).catch((error: unknown) => [messageOf(error)]);
      removal.catch(() => undefined);
      for (const problem of problems) {
        warn(`Docker, at the end of the rehearsal: ${problem}. The next rehearsal removes what is left.`);
      }
    })();
    return closed;
  };
  try {
    const image = options.relayImage ?? relayImage();
    // Before anything is made: a pull may take minutes.
    await unlessAborted(ensureImage(image), options.signal);
    ryuk = await startRyuk(docker, labels, socketPath, warn);
    const name = `greenroom-${id}`;
    const network = await docker.createNetwork({
      Name: name,
      Driver: "bridge",
      CheckDuplicate: true,
      Labels: labels,
      // A port that somebody publishes without saying where is not published off loopback either.
      // https://docs.docker.com/engine/network/drivers/bridge/#options
      Options: { "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1" },
    });
    relay = await startRelay({ docker, labels, network: name, image, gatewayPort });
    const { address, publishedPort, failed } = relay;
    return {
      docker,
      labels,
      network: { id: network.id, name },
      relay: { address, endpoint: `http://${address}:${gatewayPort}`, image },
      // Docker Desktop's daemon is in a virtual machine with a loopback of its own, where the relay's port is.
      registry: `127.0.0.1:${desktop ? publishedPort : gatewayPort}`,
      pulledPrefix: pulledPrefix(id),
      ensureImage,
      failed,
      close,
    };
  } catch (error) {
    await close();
    throw new Error(`cannot work with Docker: ${messageOf(error)}`, { cause: error });
  }
}

async function isThere(docker: Dockerode, image: string): Promise<boolean> {
  return docker
    .getImage(image)
    .inspect()
    .then(
      () => true,
      (error: unknown) => {
        if (statusOf(error) === 404) return false;
        throw error;
      },
    );
}

interface Found {
  docker: Dockerode;
  /** The daemon's socket, as a container can mount it. */
  socketPath: string;
  desktop: boolean;
}

/** By Testcontainers' rules: DOCKER_HOST, the usual sockets, rootless and Docker Desktop's. */
async function findDocker(): Promise<Found> {
  // Everything that is published here is published on loopback; Testcontainers would start a container to find out.
  process.env.TESTCONTAINERS_HOST_OVERRIDE ??= "127.0.0.1";
  // It publishes on every interface when Testcontainers starts it; startRyuk does not.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
  const named = process.env.DOCKER_HOST;
  const nothing = new Error(
    `no Docker daemon answers ${named ? `at DOCKER_HOST=${named}` : "on this machine"}`,
  );
  if (named) {
    // Testcontainers would go on to another daemon than the one that was named.
    const { default: Docker } = await import("dockerode");
    const late = wait(namedLimitMs, undefined, { ref: false }).then(() => Promise.reject(nothing));
    await Promise.race([new Docker().ping(), late]).catch(() => Promise.reject(nothing));
  }
  const { getContainerRuntimeClient } = await import("testcontainers");
  const client = await getContainerRuntimeClient().catch(() => Promise.reject(nothing));
  const { container, info } = client;
  const { dockerode: docker } = container;
  await docker.ping().catch((error: unknown) => {
    throw new Error(`the Docker daemon does not answer: ${messageOf(error)}`);
  });
  const { operatingSystemType, operatingSystem, remoteSocketPath } = info.containerRuntime;
  if (operatingSystemType !== "linux") {
    throw new Error(
      `the Docker daemon runs ${operatingSystemType} containers; a rehearsal needs Linux containers`,
    );
  }
  return { docker, socketPath: remoteSocketPath, desktop: operatingSystem === "Docker Desktop" };
}
