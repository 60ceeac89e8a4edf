import { randomUUID } from "node:crypto";
import os from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type Dockerode from "dockerode";
import type { Container, ContainerSpec } from "../../core/container-runtime";
import { containerEnvironment, putNetworkFile } from "./environment";
import { dockerHealthCheck, watchHealth } from "./health";
import { limits } from "./limits";
import { OutputLines } from "./output";
import type { LocalImage } from "./pull";
import type { DockerDaemon } from "./daemon";
import { messageOf, removeContainer, statusOf, within } from "./sweep";

type Exit = Awaited<Container["ended"]>;

/** Wall time that a daemon gets beyond what a stop takes, before it counts as gone. */
export const daemonGraceMs = 10_000;
const startAttempts = 5;

/** A container of a task: created, given what it needs, started, watched, and removed when it has ended. */
export async function startContainer(
  daemon: DockerDaemon,
  spec: ContainerSpec,
  image: LocalImage,
  speed: number,
): Promise<Container & { kill(): void }> {
  const { docker } = daemon;
  const container = await create(daemon, spec, image, speed);
  const output = new OutputLines(spec.onLine);
  let health: { close(): void } | undefined;
  try {
    await putNetworkFile(container);
    const attached = (await container.attach({
      stream: true,
      stdout: true,
      stderr: true,
      hijack: true,
    })) as unknown as Duplex;
    attached.on("data", (chunk: Buffer) => output.write(chunk));
    attached.on("error", () => undefined);
    const allRead = new Promise<void>((resolve) =>
      attached.once("close", () => resolve()).once("end", () => resolve()),
    );
    if (spec.healthCheck) health = await watchHealth(docker, container.id, spec.healthCheck.onChange);
    await start(container);
    const ports = await publishedPorts(container);

    const lost: Exit = {
      exitCode: undefined,
      reason: "the Docker daemon did not answer when the container was to stop",
    };
    let giveUp: (how: Exit) => void = () => undefined;
    const givenUp = new Promise<Exit>((resolve) => (giveUp = resolve));
    const ended = Promise.race([exitOf(container, allRead), givenUp]).then(async (how) => {
      // What it wrote last may still be on its way.
      await Promise.race([allRead, wait(1000, undefined, { ref: false })]);
      attached.destroy();
      health?.close();
      output.flush();
      // Bounded, as is everything that an end waits for: the daemon may be gone.
      if (how !== lost) await within(daemonGraceMs, removeContainer(docker, container.id));
      return how;
    });
    // What has ended already has no ports any more; whoever asks for one is to know of the end first.
    if (!spec.network && spec.containerPorts.length > ports.size) await within(daemonGraceMs, ended);
    return {
      id: container.id,
      imageDigest: image.digest,
      ended,
      address(containerPort) {
        const port = ports.get(containerPort);
        if (!port) throw new Error(`the container ${spec.name} has no port ${containerPort}`);
        return { host: "127.0.0.1", port };
      },
      kill: () =>
        void within(daemonGraceMs, removeContainer(docker, container.id)).then(
          (done) => done || giveUp(lost),
        ),
      async stop() {
        const limitMs = spec.stopTimeoutSeconds * 1000 + daemonGraceMs;
        const stopped = container.stop({ t: spec.stopTimeoutSeconds }).catch((error: unknown) => {
          // 304: it has stopped already; 404: it is gone.
          if (statusOf(error) !== 304 && statusOf(error) !== 404) throw error;
        });
        if (!(await within(limitMs, stopped))) giveUp(lost);
        await ended;
      },
    };
  } catch (error) {
    health?.close();
    await removeContainer(docker, container.id).catch(() => undefined);
    throw error;
  }
}

async function create(
  daemon: DockerDaemon,
  spec: ContainerSpec,
  image: LocalImage,
  speed: number,
): Promise<Dockerode.Container> {
  const ports = spec.network ? [] : spec.containerPorts.map((port) => `${port}/tcp`);
  try {
    return await daemon.docker.createContainer({
      name: `${daemon.network.name}-${spec.name.replace(/[^\w.-]+/g, "-").slice(0, 80)}-${randomUUID().slice(0, 8)}`,
      Image: image.name,
      // An entry point of the task's own takes the image's CMD away with the image's entry point; Docker does so as well.
      Entrypoint: spec.entryPoint?.length ? [...spec.entryPoint] : undefined,
      Cmd: spec.command?.length ? [...spec.command] : undefined,
      WorkingDir: spec.workingDirectory,
      Env: containerEnvironment(spec.environment, image.environment, daemon.relay.endpoint),
      Labels: { ...daemon.labels },
      Healthcheck: dockerHealthCheck(spec.healthCheck, speed),
      ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
      HostConfig: {
        NetworkMode: spec.network ? `container:${spec.network.id}` : daemon.network.name,
        PortBindings: Object.fromEntries(
          ports.map((port) => [port, [{ HostIp: "127.0.0.1", HostPort: "" }]]),
        ),
        // The lines that it prints go to CloudWatch Logs; a copy would fill the machine's disk.
        LogConfig: { Type: "none", Config: {} },
        ...limits(spec, os.cpus().length),
      },
    });
  } catch (error) {
    throw new Error(`CannotCreateContainerError: Error response from daemon: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** @throws Error as ECS says it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html */
async function start(container: Dockerode.Container): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await container.start());
    } catch (error) {
      const message = messageOf(error);
      // Docker chose a port that somebody else took at the same moment; it chooses another one.
      const taken = /port is already allocated|address already in use/.test(message);
      if (taken && attempt < startAttempts) continue;
      throw new Error(`CannotStartContainerError: Error response from daemon: ${message}`, { cause: error });
    }
  }
}

export async function publishedPorts(container: Dockerode.Container): Promise<Map<number, number>> {
  const { Ports } = (await container.inspect()).NetworkSettings;
  return new Map(
    Object.entries(Ports ?? {}).flatMap(([name, bindings]) => {
      const port = bindings?.find(({ HostIp }) => HostIp === "127.0.0.1")?.HostPort;
      return port ? [[Number.parseInt(name), Number(port)] as const] : [];
    }),
  );
}

/**
 * Waits for the end, and says how it came, in ECS's words where it has some. When a daemon goes away, its answer to `wait`
 * never ends; but the output does, and then the container is looked at.
 */
async function exitOf(container: Dockerode.Container, allRead: Promise<void>): Promise<Exit> {
  let over = false;
  const ended = (async () => {
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const { State } = await container.inspect();
    return { exitCode: StatusCode, reason: reasonOf(StatusCode, State) };
  })();
  const looked = allRead.then(async () => {
    for (;;) {
      await wait(1000, undefined, { ref: false });
      if (over) return ended;
      const { State } = await container.inspect();
      if (!State.Running) return { exitCode: State.ExitCode, reason: reasonOf(State.ExitCode, State) };
    }
  });
  return Promise.race([ended, looked])
    .catch((error: unknown) => ({
      exitCode: undefined,
      reason:
        statusOf(error) === 404
          ? "removed by somebody else"
          : `the Docker daemon does not answer any more: ${messageOf(error)}`,
    }))
    .finally(() => (over = true));
}

export function reasonOf(
  exitCode: number,
  { OOMKilled, Error: error }: { OOMKilled: boolean; Error: string },
): string {
  if (OOMKilled) return "OutOfMemoryError: Container killed due to memory usage";
  if (error) return `exit code ${exitCode}: ${error}`;
  const signal = Object.entries(os.constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
  return `exit code ${exitCode}${signal ? ` (${signal})` : ""}`;
}
