import fs from "node:fs/promises";
import path from "node:path";
import type { BuildRoom } from "../../core/container-runtime";
import { programFolders } from "./environment";
import { packageEnvironment } from "../packages";
import { networkEnvironment, nodeOptions } from "../../network";
import type { Rooms } from "./rooms";

/** A fresh folder for one build, and the programs that it may use. */
export async function openRoom(options: {
  folder: string;
  rooms: Rooms;
  /** Folders and files of this machine that it needs besides. */
  readable: readonly string[];
  /** Where rooms find `network.cjs`. */
  networkFile: string;
  /** Names the build to the `docker` endpoint. */
  token: string;
  packageCache: string;
  /** Before this machine's own programs, in this order. */
  programs: readonly string[];
  /** Ends what the build has running elsewhere. */
  onClose: () => Promise<void>;
}): Promise<BuildRoom> {
  const { folder } = options;
  const place = (name: string) => path.join(folder, name);
  for (const name of ["source", "scratch", "home", "tmp"]) await fs.mkdir(place(name), { recursive: true });
  const packages = packageEnvironment(options.packageCache);
  const room = await options.rooms.open({
    folder,
    writable: [folder, ...packages.writable],
    readable: [...options.readable, ...options.programs, ...packages.readable],
  });
  const environment = {
    ...packages.environment,
    ...options.rooms.registries,
    ...networkEnvironment(options.rooms.gateway, options.networkFile),
    PATH: [...new Set([...options.programs, ...programFolders()])].join(":"),
    HOME: place("home"),
    TMPDIR: place("tmp"),
    GREENROOM_BUILD: options.token,
  };

  return {
    sourceDirectory: { host: place("source"), inside: place("source") },
    scratchDirectory: { host: place("scratch"), inside: place("scratch") },
    async run({ script, environment: own, onOutput, signal }) {
      signal.throwIfAborted();
      const group = await room.run({
        command: "bash",
        args: [script],
        cwd: place("source"),
        environment: {
          ...environment,
          ...own,
          // The build's own values must not cut it off from the local AWS or from its programs.
          PATH: environment.PATH,
          NODE_OPTIONS: nodeOptions(own.NODE_OPTIONS ?? "", options.networkFile),
        },
        onOutput,
        givesWay: true,
      });
      signal.addEventListener("abort", group.kill, { once: true });
      if (signal.aborted) group.kill();
      const { exitCode } = await group.ended;
      signal.removeEventListener("abort", group.kill);
      return { exitCode };
    },
    async close() {
      await room.close();
      await options.onClose();
      await remove(folder);
    },
  };
}

/** A process that is being killed may still write for a moment. */
export function remove(folder: string): Promise<void> {
  return fs.rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
