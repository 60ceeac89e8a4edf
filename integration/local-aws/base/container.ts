import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { HostConfig } from "dockerode";
import type { GenericContainer } from "testcontainers";
import type { DockerRuntime } from "../containers/docker/runtime";
import { BaseError } from "./base";

/** Inside of its container every base listens here. */
export const basePort = 4566;

/** Testcontainers publishes on every interface, and has no option for another one. */
export function publishOnLoopback({ PortBindings }: HostConfig): void {
  const bindings = Object.values((PortBindings ?? {}) as Record<string, { HostIp?: string }[]>);
  for (const binding of bindings.flat()) binding.HostIp = "127.0.0.1";
}

/**
 * Starts a base's container on the rehearsal's network. What the runtime is closed by removes it.
 *
 * @param container image and environment; publishes `basePort` on loopback
 * @param options.name what it is, for people
 * @param options.logFile what it says; written anew
 * @param options.secret what its log must not have
 */
export async function startContainer(
  container: GenericContainer,
  options: { runtime: DockerRuntime; name: string; image: string; logFile: string; secret?: string },
): Promise<{ url: string; failed: Promise<never>; close(): Promise<void> }> {
  const { runtime, name, image, logFile } = options;
  const said = logTo(logFile, options.secret);
  const hint = () => `its log is ${logFile}${said.last() ? `, and ends with: ${said.last()}` : ""}`;
  await runtime.ensureImage(image).catch((error: unknown) => {
    throw new BaseError(`the base (${name}): ${messageOf(error)}`);
  });
  const started = await container
    .withName(`${runtime.network.name}-${name.toLowerCase()}`)
    .withLabels(runtime.labels)
    .withNetworkMode(runtime.network.name)
    // The runtime removes it; Testcontainers' own session label and lock file are not needed.
    .withAutoCleanup(false)
    .withLogConsumer(said.take)
    .start()
    .catch(async (error: unknown) => {
      await said.ended();
      throw new BaseError(`the base (${name}) did not start from ${image}: ${messageOf(error)}; ${hint()}`);
    });

  let closing = false;
  const ended = runtime.docker.getContainer(started.getId()).wait() as Promise<{ StatusCode: number }>;
  const failed = ended
    .then(
      ({ StatusCode }) => `ended with exit code ${StatusCode}`,
      (error: unknown) => `is out of reach, as Docker says: ${messageOf(error)}`,
    )
    .then(async (how): Promise<never> => {
      if (closing) return new Promise<never>(() => undefined);
      await said.ended();
      throw new BaseError(`the base (${name}, a container of ${image}) ${how}; ${hint()}`);
    });
  failed.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${started.getMappedPort(basePort)}`,
    failed,
    close: () => {
      closing = true;
      said.close();
      return Promise.resolve();
    },
  };
}

/** How long a container's last words may take, which Docker sends by another connection than its end. */
const lastWordsMs = 500;

function logTo(file: string, secret: string | undefined) {
  const log = createWriteStream(file);
  let last = "";
  let reading: Promise<void> | undefined;
  return {
    take: (stream: Readable) => {
      // Docker may end the connection before the stream's end.
      stream.on("error", () => undefined);
      const lines = createInterface({ input: stream });
      lines.on("line", (line) => {
        const clean = secret ? line.replaceAll(secret, "***") : line;
        if (clean.trim()) last = clean.trim().slice(0, 300);
        if (log.writable) log.write(`${clean}\n`);
      });
      reading = new Promise((resolve) => lines.once("close", resolve));
    },
    last: () => last,
    ended: () => Promise.race([reading, new Promise((resolve) => setTimeout(resolve, lastWordsMs))]),
    close: () => void log.end(),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).trim();
