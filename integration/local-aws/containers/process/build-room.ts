import fs from "node:fs/promises";
import path from "node:path";
import type { BuildRoom } from "../../core/container-runtime";
import { programFolders } from "./environment";
import { packageEnvironment } from "../packages";
import { networkEnvironment, nodeOptions } from "../../network";
import type { Room, Rooms } from "./rooms";

export type RuntimeVersions = Readonly<Record<string, string>>;

/** What a build runs its languages with. */
export interface BuildLanguages {
  programs: readonly string[];
  /** Folders of this machine that they need. */
  readable: readonly string[];
  /** For the build's log. */
  notes: string[];
}

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
  /** Gives languages in these versions. @throws Error with a sentence for people */
  languages: (versions: RuntimeVersions, asked: readonly string[]) => Promise<BuildLanguages>;
  /** Ends what the build has running elsewhere. */
  onClose: () => Promise<void>;
}): Promise<BuildRoom> {
  const { folder } = options;
  const place = (name: string) => path.join(folder, name);
  for (const name of ["source", "scratch", "home", "tmp"]) await fs.mkdir(place(name), { recursive: true });
  const packages = packageEnvironment(options.packageCache);
  let languages: BuildLanguages | undefined;
  // Opened by the first script: only then is it known which languages it has.
  let opening: Promise<Room> | undefined;
  const open = async () => {
    languages ??= await options.languages({}, []);
    const { readable } = languages;
    return options.rooms.open({
      folder,
      writable: [folder, ...packages.writable],
      readable: [...options.readable, ...options.programs, ...readable, ...packages.readable],
    });
  };
  const environment = ({ programs }: Pick<BuildLanguages, "programs">) => ({
    ...packages.environment,
    ...options.rooms.registries,
    ...networkEnvironment(options.rooms.gateway, options.networkFile),
    PATH: [...new Set([...options.programs, ...programs, ...programFolders()])].join(":"),
    HOME: place("home"),
    TMPDIR: place("tmp"),
    GREENROOM_BUILD: options.token,
  });

  return {
    sourceDirectory: { host: place("source"), inside: place("source") },
    scratchDirectory: { host: place("scratch"), inside: place("scratch") },
    async useRuntimes(versions, asked) {
      languages = await options.languages(versions, asked);
      return languages.notes;
    },
    async run({ script, environment: own, onOutput, signal }) {
      signal.throwIfAborted();
      const room = await (opening ??= open());
      const given = environment(languages ?? { programs: [] });
      const group = await room.run({
        command: "bash",
        args: [script],
        cwd: place("source"),
        environment: {
          ...given,
          ...own,
          // The build's own values must not cut it off from the local AWS or from its programs.
          PATH: given.PATH,
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
      await (await opening?.catch(() => undefined))?.close();
      await options.onClose();
      await remove(folder);
    },
  };
}

/** A process that is being killed may still write for a moment. */
export function remove(folder: string): Promise<void> {
  return fs.rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
