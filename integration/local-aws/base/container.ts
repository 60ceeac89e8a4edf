import type { HostConfig } from "dockerode";
import type { GenericContainer } from "testcontainers";
import type { DockerDaemon } from "../containers/docker/daemon";
import { messageOf } from "../containers/docker/sweep";
import { BaseError } from "./base";
import type { ContainerWatch } from "./container-watch";

/** Inside of its container every base listens here. */
export const basePort = 4566;

/** Testcontainers publishes on every interface, and has no option for another one. */
export function publishOnLoopback({ PortBindings }: HostConfig): void {
  const bindings = Object.values((PortBindings ?? {}) as Record<string, { HostIp?: string }[]>);
  for (const binding of bindings.flat()) binding.HostIp = "127.0.0.1";
}

/** Makes a base's image be there. @throws BaseError */
export async function pullBase(runtime: DockerDaemon, name: string, image: string): Promise<void> {
  await runtime.ensureImage(image).catch((error: unknown) => {
    throw new BaseError(`the base (${name}): ${messageOf(error)}`);
  });
}

/**
 * Starts a base's container on the rehearsal's network. Closing the runtime removes it.
 *
 * @param container its image is there; publishes `basePort` on loopback, and has `watch` begin once it is created
 * @param options.name what it is, for people
 * @param options.advice for who sees that it did not start
 */
export async function startContainer(
  container: GenericContainer,
  options: { runtime: DockerDaemon; watch: ContainerWatch; name: string; image: string; advice?: string },
): Promise<{ url: string; failed: Promise<never>; close(): Promise<void> }> {
  const { runtime, watch, name, image, advice } = options;
  const starting = container
    .withName(`${runtime.network.name}-${name.toLowerCase()}`)
    .withLabels(runtime.labels)
    .withNetworkMode(runtime.network.name)
    // The runtime removes it; Testcontainers' own session label and lock file are not needed.
    .withAutoCleanup(false)
    .start();
  // When the container has ended, Testcontainers goes on waiting for its ports for a while.
  starting.catch(() => undefined);
  const tooEarly = watch.ended.then((how) => Promise.reject(new Error(`it ${how}`)));
  tooEarly.catch(() => undefined);
  const started = await Promise.race([starting, tooEarly]).catch(async (error: unknown) => {
    const why = `${messageOf(error)}; ${await watch.hint()}${advice ? `; ${advice}` : ""}`;
    watch.close();
    throw new BaseError(`the base (${name}) did not start from ${image}: ${why}`);
  });

  let closing = false;
  const failed = watch.ended.then(async (how): Promise<never> => {
    if (closing) return new Promise<never>(() => undefined);
    throw new BaseError(`the base (${name}, a container of ${image}) ${how}; ${await watch.hint()}`);
  });
  failed.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${started.getMappedPort(basePort)}`,
    failed,
    close: () => {
      closing = true;
      watch.close();
      return Promise.resolve();
    },
  };
}
