import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { Container, ContainerSpec } from "../../core/container-runtime";
import { remove } from "./build-room";
import type { Language } from "./bases/base";
import { environmentOf, pathFor } from "./environment";
import { networkEnvironment, nodeOptions } from "../../network";
import type { ContainerConfig } from "./image";
import { lines } from "./process-group";
import type { Rooms } from "./rooms";
import { exists, inside } from "./tree";

/** A container: a process of this machine in a folder of its own. */
export async function startContainer(
  spec: ContainerSpec,
  image: {
    config: ContainerConfig;
    language?: Language;
    digest?: string;
    putInto: (root: string) => Promise<void>;
  },
  options: {
    folder: string;
    rooms: Rooms;
    programs: readonly string[];
    readable: readonly string[];
    networkFile: string;
  },
): Promise<Container & { kill(): void }> {
  const { rooms } = options;
  const [containerPort, ...more] = spec.containerPorts;
  if (more.length > 0 && rooms.missing !== undefined) {
    throw new Error(
      `the container ${spec.name} has ${spec.containerPorts.length} ports (${spec.containerPorts.join(", ")}); the ` +
        `process runtime gives one port to a container here, in PORT (${rooms.missing}); use --containers docker`,
    );
  }
  const id = randomUUID().replaceAll("-", "");
  const root = path.join(options.folder, id, "image");
  const place = await rooms.place(containerPort);
  const release = async () => {
    place.release();
    await remove(path.join(options.folder, id));
  };
  try {
    await image.putInto(root);
    const { config } = image;
    const argv = await command(spec, config, root);
    const cwd = inside(root, spec.workingDirectory ?? config.WorkingDir);
    await fs.mkdir(cwd, { recursive: true });
    const own = { ...environmentOf(config.Env), ...spec.environment };
    const output = lines(spec.onLine);
    const view = {
      folder: path.join(options.folder, id),
      writable: [root],
      readable: [...options.readable, ...(image.language?.readable ?? [])],
    };
    const program = {
      command: argv[0] ?? "",
      args: argv.slice(1),
      cwd,
      environment: {
        HOME: inside(root, "/root"),
        HOSTNAME: id.slice(0, 12),
        ...image.language?.environment(root),
        ...own,
        ...networkEnvironment(rooms.gateway, options.networkFile),
        NODE_OPTIONS: nodeOptions(own.NODE_OPTIONS ?? "", options.networkFile),
        PATH: pathFor(root, own.PATH, [...options.programs, ...(image.language?.programs ?? [])]),
        ...place.environment,
      },
      onOutput: output.write,
    };
    const group = await rooms.start(view, program, place).catch((error: NodeJS.ErrnoException) => {
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
        if (!spec.containerPorts.includes(wanted))
          throw new Error(`the container ${spec.name} has no port ${wanted}`);
        return place.address(wanted);
      },
      ended,
      kill: group.kill,
      async stop() {
        const unheard = running ? await place.unheard() : undefined;
        if (unheard !== undefined) spec.onLine(unheard);
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
