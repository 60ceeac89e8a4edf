import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { Container, ContainerSpec } from "../../core/container-runtime";
import { remove } from "./build-room";
import type { Base } from "./bases/base";
import { environmentOf, pathFor } from "./environment";
import { networkEnvironment, nodeOptions } from "../../network";
import type { ContainerConfig } from "./image";
import { accepts, containerHost, type Ports } from "./ports";
import { lines, startGroup } from "./process-group";
import { exists, inside } from "./tree";

/** A container: a process of this machine in a folder of its own. */
export async function startContainer(
  spec: ContainerSpec,
  image: { config: ContainerConfig; base?: Base; digest?: string; putInto: (root: string) => Promise<void> },
  options: { folder: string; gateway: string; programs: readonly string[]; ports: Ports },
): Promise<Container & { kill(): void }> {
  const [containerPort, ...more] = spec.containerPorts;
  if (more.length > 0) {
    throw new Error(
      `the container ${spec.name} has ${spec.containerPorts.length} ports (${spec.containerPorts.join(", ")}); the ` +
        "process runtime gives one port to a container, in PORT; use --containers docker",
    );
  }
  const id = randomUUID().replaceAll("-", "");
  const root = path.join(options.folder, id);
  const port = containerPort === undefined ? undefined : await options.ports.take();
  const release = async () => {
    if (port !== undefined) options.ports.release(port);
    await remove(root);
  };
  try {
    await image.putInto(root);
    const { config } = image;
    const argv = await command(spec, config, root);
    const cwd = inside(root, spec.workingDirectory ?? config.WorkingDir);
    await fs.mkdir(cwd, { recursive: true });
    const own = { ...environmentOf(config.Env), ...spec.environment };
    const output = lines(spec.onLine);
    const group = await startGroup(argv[0] ?? "", argv.slice(1), {
      cwd,
      environment: {
        HOME: inside(root, "/root"),
        HOSTNAME: id.slice(0, 12),
        ...image.base?.environment(root),
        ...own,
        ...networkEnvironment(options.gateway),
        NODE_OPTIONS: nodeOptions(own.NODE_OPTIONS ?? ""),
        PATH: pathFor(root, own.PATH, [...options.programs, ...(image.base?.programs() ?? [])]),
        // All containers share this machine's network, so each listens on a port of its own.
        HOST: containerHost,
        ...(port === undefined ? {} : { PORT: String(port) }),
      },
      onOutput: output.write,
      endWithProgram: true,
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      throw new Error(
        `the container ${spec.name} cannot start: exec: "${argv[0]}": executable file not found in $PATH`,
      );
    });
    let running = true;
    const ended = group.ended.then(async ({ exitCode, signal }) => {
      running = false;
      output.flush();
      await release().catch(() => undefined);
      return { exitCode, reason: signal ? `ended by ${signal}` : `exit code ${exitCode}` };
    });
    return {
      id,
      imageDigest: image.digest,
      address(wanted) {
        if (wanted !== containerPort || port === undefined) {
          throw new Error(`the container ${spec.name} has no port ${wanted}`);
        }
        return { host: containerHost, port };
      },
      ended,
      kill: group.kill,
      async stop() {
        if (port !== undefined && running) await tellIfUnheard(port, spec.onLine);
        group.signal((config.StopSignal ?? "SIGTERM") as NodeJS.Signals);
        const late = setTimeout(group.kill, spec.stopTimeoutSeconds * 1000);
        await ended;
        clearTimeout(late);
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Says why nothing has reached a container, which is not to be seen in what it wrote. */
async function tellIfUnheard(port: number, tell: (line: string) => void): Promise<void> {
  if (await accepts(containerHost, port)) return;
  tell(
    (await accepts("127.0.0.1", port))
      ? "rehearsal: this container listens on localhost only, where nothing would reach it on AWS either: listen at $HOST, " +
          "or at 0.0.0.0 where that is not set"
      : `rehearsal: nothing accepted connections at $HOST and $PORT (${containerHost}:${port}): listen there`,
  );
}

/** What the container runs: https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact */
async function command(spec: ContainerSpec, config: ContainerConfig, root: string): Promise<string[]> {
  const entryPoint = spec.entryPoint?.length ? spec.entryPoint : (config.Entrypoint ?? []);
  // An entry point of the task's own takes the image's CMD away with the image's entry point.
  const fallback = spec.entryPoint?.length ? [] : (config.Cmd ?? []);
  const argv = [...entryPoint, ...(spec.command?.length ? spec.command : fallback)];
  if (argv.length === 0) throw new Error(`the container ${spec.name} has no command, and its image has none`);
  // The image's absolute paths are under its folder here.
  return Promise.all(
    argv.map(async (word) => {
      const here = inside(root, word);
      return word.startsWith("/") && word !== "/" && (await exists(here)) ? here : word;
    }),
  );
}
